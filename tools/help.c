/* SPDX-License-Identifier: MIT */
/* What --help says. The manual and the completion say the same, from the same tables. */
#include "option_table.h"

void tool_help(FILE *stream)
{
    (void)fprintf(stream, "usage: omnitls COMMAND [OPTION]... [ARGUMENT]\n\n"
                          "TLS over OpenSSL, wolfSSL and GnuTLS: the same answers from each.\n\n"
                          "commands:\n");
    for (size_t i = 0; i < tool_command_count; i++)
        (void)fprintf(stream, "  %-10s %s\n", tool_commands[i].name, tool_commands[i].summary);
    (void)fprintf(stream,
                  "\nomnitls COMMAND --help lists the options of a command.\n\n"
                  "exit status: 0 well, 1 wrong use, 2 network, 3 handshake, 4 verification\n\n"
                  "environment:\n"
                  "  OMNITLS_BACKEND  the engine when --backend is not given\n"
                  "  SSLKEYLOGFILE    append the connections' secrets to this file\n"
                  "  NO_COLOR         no colours on a terminal\n");
}

void tool_command_help(const tool_command *command, FILE *stream)
{
    (void)fprintf(stream, "usage: omnitls %s [OPTION]...%s%s\n\n%s\n\noptions:\n", command->name,
                  command->argument == NULL ? "" : " ",
                  command->argument == NULL ? "" : command->argument, command->summary);
    for (size_t i = 0; i < tool_option_count; i++) {
        const tool_option *row = &tool_option_rows[i];
        char left[48];

        if ((row->commands & command->bit) == 0)
            continue;
        (void)snprintf(left, sizeof(left), "%c%c%c --%s %s", row->letter != 0 ? '-' : ' ',
                       row->letter != 0 ? row->letter : ' ', row->letter != 0 ? ',' : ' ',
                       row->name, row->argument == NULL ? "" : row->argument);
        (void)fprintf(stream, "  %-26s %s\n", left, row->help);
    }
    (void)fprintf(stream, "  %-26s %s\n", "-h, --help", "print this");
}
