/* SPDX-License-Identifier: MIT */
/* What --help says. */
#include "option_table.h"

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
