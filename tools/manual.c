/* SPDX-License-Identifier: MIT */
/* The manual's page, in mdoc, from the same tables as --help. */
#include "option_table.h"

#include <string.h>

#define LINE_WIDTH 72

/* Text, in lines: what roff would take for a request or an escape is kept from it. */
static void text(const char *line, FILE *out)
{
    size_t column = 0;

    if (*line == '.' || *line == '\'')
        (void)fputs("\\&", out);
    for (; *line != '\0'; line++) {
        if (*line == ' ' && column + 1 + strcspn(line + 1, " ") > LINE_WIDTH) {
            (void)fputs(line[1] == '.' || line[1] == '\'' ? "\n\\&" : "\n", out);
            column = 0;
            continue;
        }
        column += *line == '-' || *line == '\\' ? 2 : 1;
        if (*line == '\\')
            (void)fputs("\\e", out);
        else if (*line == '-')
            (void)fputs("\\-", out);
        else
            (void)fputc(*line, out);
    }
    (void)fputc('\n', out);
}

/* One option, with the commands that take it; the same word may mean two things. */
static void option(const tool_option *row, FILE *out)
{
    (void)fputs(".It ", out);
    if (row->letter != 0)
        (void)fprintf(out, "Fl %c , ", row->letter);
    (void)fprintf(out, "Fl \\-%s", row->name);
    if (row->argument != NULL)
        (void)fprintf(out, " Ar %s", row->argument);
    (void)fputc('\n', out);
    text(row->help, out);
    (void)fputs(".Pq Cm", out);
    for (size_t i = 0; i < tool_command_count; i++) {
        if ((row->commands & tool_commands[i].bit) != 0)
            (void)fprintf(out, " %s", tool_commands[i].name);
    }
    (void)fputc('\n', out);
}

void tool_manual(FILE *out)
{
    (void)fputs(".\\\" Made by omnitls --help-man; do not edit.\n"
                ".Dd November 28, 2026\n"
                ".Dt OMNITLS 1\n"
                ".Os\n"
                ".Sh NAME\n"
                ".Nm omnitls\n"
                ".Nd TLS over OpenSSL, wolfSSL and GnuTLS\n"
                ".Sh SYNOPSIS\n",
                out);
    for (size_t i = 0; i < tool_command_count; i++) {
        (void)fprintf(out, ".Nm\n.Cm %s\n.Op Ar option ...\n", tool_commands[i].name);
        if (tool_commands[i].argument != NULL)
            (void)fprintf(out, ".Ar %s\n", tool_commands[i].argument);
    }
    (void)fputs(".Sh DESCRIPTION\nThe commands are:\n.Bl -tag -width completion\n", out);
    for (size_t i = 0; i < tool_command_count; i++) {
        (void)fprintf(out, ".It Cm %s\n", tool_commands[i].name);
        text(tool_commands[i].summary, out);
    }
    (void)fputs(".El\n.Pp\nThe options, and in parentheses the commands that take them:\n"
                ".Bl -tag -width indent\n",
                out);
    for (size_t i = 0; i < tool_option_count; i++)
        option(&tool_option_rows[i], out);
    (void)fputs(".It Fl h , Fl \\-help\nprint the options of a command\n.El\n"
                ".Sh ENVIRONMENT\n.Bl -tag -width OMNITLS_BACKEND\n"
                ".It Ev OMNITLS_BACKEND\nthe engine when\n.Fl \\-backend\nis not given\n"
                ".It Ev SSLKEYLOGFILE\nappend the connections' secrets to this file\n"
                ".It Ev NO_COLOR\nno colours on a terminal\n.El\n"
                ".Sh EXIT STATUS\n0 well, 1 wrong use, 2 network, 3 handshake, 4 verification.\n"
                ".Sh SEE ALSO\n.Xr gnutls-cli 1 ,\n.Xr openssl 1\n",
                out);
}
