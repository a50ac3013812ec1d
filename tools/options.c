/* SPDX-License-Identifier: MIT */
/* The command line, read by the table of options. */
#include "option_table.h"
#include "starttls.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* What getopt answers for a row: beyond every letter. */
#define ROW_VALUE 256
#define HELP_LETTER 'h'

static bool parse_seconds(const char *text, int *out)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 0 || value > 86400)
        return false;
    *out = (int)value;
    return true;
}

/* The place after the last is always NULL. */
static bool append(const tool_options *options, const tool_option *row, const char **list,
                   const char *value)
{
    size_t used = 0;

    while (list[used] != NULL)
        used++;
    if (used + 1 == TOOL_REPEAT_MAX) {
        tool_complain(options, "--%s is given more than %d times", row->name, TOOL_REPEAT_MAX - 1);
        return false;
    }
    list[used] = value;
    return true;
}

static bool store(tool_options *options, const tool_option *row, const char *value)
{
    char *place = (char *)options + row->offset;

    if (row->kind == TOOL_OPTION_SWITCH) {
        *(bool *)(void *)place = true;
        return true;
    }
    if (value[0] == '\0') {
        tool_complain(options, "--%s is empty", row->name);
        return false;
    }
    if (row->kind == TOOL_OPTION_LIST)
        return append(options, row, (const char **)(void *)place, value);
    if (row->kind == TOOL_OPTION_TEXT) {
        *(const char **)(void *)place = value;
        return true;
    }
    if (parse_seconds(value, (int *)(void *)place))
        return true;
    tool_complain(options, "--%s: \"%s\" is no number of seconds up to 86400", row->name, value);
    return false;
}

static int check(const tool_options *options, const tool_command *command, int rest, char **argv)
{
    const char *versions[2][2] = {{"min", options->min}, {"max", options->max}};

    for (size_t i = 0; i < 2; i++) {
        if (versions[i][1] != NULL && tool_version_parse(versions[i][1]) == 0) {
            tool_complain(options, "--%s: \"%s\" is no TLS version; there are 1.0, 1.1, 1.2, 1.3",
                          versions[i][0], versions[i][1]);
            return TOOL_USAGE;
        }
    }
    if (options->key != NULL && options->cert == NULL) {
        tool_complain(options, "--key is given without --cert");
        return TOOL_USAGE;
    }
    if (options->early_data != NULL && strcmp(command->name, "connect") == 0 &&
        options->session_file == NULL) {
        tool_complain(options, "--early-data is given without --session-file");
        return TOOL_USAGE;
    }
    if (options->early_data != NULL && options->no_resumption) {
        tool_complain(options, "--early-data and --no-resumption exclude each other");
        return TOOL_USAGE;
    }
    if (options->www && options->echo) {
        tool_complain(options, "--www and --echo exclude each other");
        return TOOL_USAGE;
    }
    if (options->starttls != NULL && !tool_starttls_known(options->starttls)) {
        tool_complain(options, "--starttls: there are %s", tool_starttls_names());
        return TOOL_USAGE;
    }
    if (options->timeout_s == 0) {
        tool_complain(options, "--timeout must be at least 1");
        return TOOL_USAGE;
    }
    if (command->argument != NULL && rest == 0 && command->argument[0] != '[') {
        tool_complain(options, "%s is missing; see omnitls %s --help", command->argument,
                      command->name);
        return TOOL_USAGE;
    }
    if (rest > (command->argument != NULL ? 1 : 0)) {
        tool_complain(options, "\"%s\" is one argument too many",
                      argv[command->argument != NULL ? 1 : 0]);
        return TOOL_USAGE;
    }
    return -1;
}

/* getopt's own tables, of the options this command takes. */
typedef struct spelling {
    struct option words[TOOL_OPTION_MAX + 2];
    char letters[2 * TOOL_OPTION_MAX + 4];
} spelling;

static void spelling_fill(spelling *out, const tool_command *command)
{
    size_t used = 0, letters = 0;

    out->letters[letters++] = ':'; /* a missing value is told from an unknown option */
    out->letters[letters++] = HELP_LETTER;
    for (size_t i = 0; i < tool_option_count; i++) {
        const tool_option *row = &tool_option_rows[i];

        if ((row->commands & command->bit) == 0)
            continue;
        out->words[used++] = (struct option){
            .name = row->name,
            .has_arg = row->argument == NULL ? no_argument : required_argument,
            .val = ROW_VALUE + (int)i,
        };
        if (row->letter != 0) {
            out->letters[letters++] = row->letter;
            if (row->argument != NULL)
                out->letters[letters++] = ':';
        }
    }
    out->words[used++] =
        (struct option){.name = "help", .has_arg = no_argument, .val = HELP_LETTER};
    out->words[used] = (struct option){0};
    out->letters[letters] = '\0';
}

/* The row of what getopt found: a letter, or the value of a word. */
static const tool_option *find_row(const tool_command *command, int found)
{
    if (found >= ROW_VALUE)
        return &tool_option_rows[found - ROW_VALUE];
    for (size_t i = 0; i < tool_option_count; i++) {
        const tool_option *row = &tool_option_rows[i];

        if (found != 0 && row->letter == found && (row->commands & command->bit) != 0)
            return row;
    }
    return NULL;
}

static void no_such_word(const tool_options *options, const tool_command *command,
                         const char *word)
{
    char name[64];
    tool_suggestion near;

    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
    tool_suggestion_start(&near, name);
    for (size_t i = 0; i < tool_option_count; i++)
        if ((tool_option_rows[i].commands & command->bit) != 0)
            tool_suggestion_try(&near, tool_option_rows[i].name);
    if (near.found != NULL)
        tool_complain(options, "there is no option \"%s\"; did you mean --%s?", word, near.found);
    else
        tool_complain(options, "there is no option \"%s\"; see omnitls %s --help", word,
                      options->command);
}

/* `word` is the one that getopt was looking at. */
static void complain_about(const tool_options *options, const tool_command *command,
                           const tool_option *row, int found, const char *word)
{
    if (found == ':' && row != NULL)
        tool_complain(options, "--%s needs a value", row->name);
    else if (row != NULL)
        tool_complain(options, "--%s takes no value", row->name);
    else if (word[0] == '-' && word[1] != '-')
        tool_complain(options, "there is no option \"-%c\"; see omnitls %s --help", optopt,
                      options->command);
    else
        no_such_word(options, command, word);
}

int tool_options_parse(tool_options *options, const tool_command *command, int argc, char **argv)
{
    spelling known;
    int found, at = 1;

    *options = (tool_options){.command = command->name, .timeout_s = -1, .linger_s = -1};
    spelling_fill(&known, command);
    opterr = 0;
    while ((found = getopt_long(argc, argv, known.letters, known.words, NULL)) != -1) {
        if (found == HELP_LETTER) {
            tool_command_help(command, stdout);
            return TOOL_OK;
        }
        if (found == '?' || found == ':') {
            /* in the middle of a word of letters, optind is still that word */
            at = at < optind ? optind - 1 : optind;
            complain_about(options, command, find_row(command, optopt), found, argv[at]);
            return TOOL_USAGE;
        }
        if (!store(options, find_row(command, found), optarg))
            return TOOL_USAGE;
        at = optind;
    }
    options->target = optind < argc ? argv[optind] : NULL;
    return check(options, command, argc - optind, argv + optind);
}
