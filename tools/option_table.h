/* SPDX-License-Identifier: MIT */
/** @file option_table.h Every option of every command, once: what the parser, --help, the shells'
 * completion and the manual are made of. */
#ifndef OMNITLS_TOOL_OPTION_TABLE_H
#define OMNITLS_TOOL_OPTION_TABLE_H

#include "tool.h"

#define TOOL_OPTION_MAX 64

typedef enum tool_option_kind {
    TOOL_OPTION_SWITCH,  /* a bool */
    TOOL_OPTION_TEXT,    /* a const char * */
    TOOL_OPTION_SECONDS, /* an int */
    TOOL_OPTION_LIST     /* a const char *[TOOL_REPEAT_MAX] */
} tool_option_kind;

typedef struct tool_option {
    char letter;          /* 0 = none; the same for the same word in every command */
    const char *name;     /* without the dashes */
    const char *argument; /* what --help calls the value; NULL = takes none */
    tool_option_kind kind;
    size_t offset;     /* of its place in tool_options */
    unsigned commands; /* tool_on of those that take it */
    const char *help;
    const char *values; /* the words it can be, with blanks between them; NULL = anything */
} tool_option;

extern const tool_option tool_option_rows[];
extern const size_t tool_option_count;

#endif
