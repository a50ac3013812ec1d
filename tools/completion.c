/* SPDX-License-Identifier: MIT */
/* omnitls completion SHELL: what makes a shell complete the command, from the table of options. */
#include "option_table.h"

#include <string.h>

static bool takes(const tool_command *command, const tool_option *row)
{
    return (row->commands & command->bit) != 0;
}

/* ---- bash ------------------------------------------------------------------------------------ */

static void bash_values(void)
{
    (void)fputs("    case $previous in\n", stdout);
    for (size_t i = 0; i < tool_option_count; i++) {
        const tool_option *row = &tool_option_rows[i];

        if (row->values == NULL)
            continue;
        printf("    --%s", row->name);
        if (row->letter != 0)
            printf(" | -%c", row->letter);
        printf(") words='%s' ;;\n", row->values);
    }
    (void)fputs("    *)\n        case $command in\n", stdout);
}

static void bash_command(const tool_command *command)
{
    printf("        %s) words='", command->name);
    for (size_t i = 0; i < tool_option_count; i++) {
        const tool_option *row = &tool_option_rows[i];

        if (!takes(command, row))
            continue;
        printf("--%s ", row->name);
        if (row->letter != 0)
            printf("-%c ", row->letter);
    }
    printf("--help -h%s' ;;\n", command->bit == ON_COMPLETION ? " bash zsh fish" : "");
}

/* A word that is no option is left to the shell, which completes names of files. */
static void bash(void)
{
    (void)fputs(
        "_omnitls() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
        "    local command=${COMP_WORDS[1]} words=\n"
        "    [ \"$COMP_CWORD\" -gt 1 ] || command= previous=\n",
        stdout);
    bash_values();
    for (size_t i = 0; i < tool_command_count; i++)
        bash_command(&tool_commands[i]);
    (void)fputs("        '') words='", stdout);
    for (size_t i = 0; i < tool_command_count; i++)
        printf("%s ", tool_commands[i].name);
    (void)fputs("help --help --version' ;;\n"
                "        esac\n"
                "        ;;\n"
                "    esac\n"
                "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                "}\n"
                "complete -o default -F _omnitls omnitls\n",
                stdout);
}

/* ---- zsh ------------------------------------------------------------------------------------- */

/* In single quotes, inside a specification of _arguments. */
static void zsh_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            (void)fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text) != NULL)
            printf("\\%c", *text);
        else
            (void)putchar(*text);
    }
}

static void zsh_option(const tool_option *row)
{
    if (row->letter != 0)
        printf(" \\\n        '(-%c --%s)'{-%c,--%s}'[", row->letter, row->name, row->letter,
               row->name);
    else
        printf(" \\\n        '%s--%s[", row->kind == TOOL_OPTION_LIST ? "*" : "", row->name);
    zsh_text(row->help);
    (void)putchar(']');
    if (row->argument != NULL) {
        (void)putchar(':');
        zsh_text(row->argument);
        if (row->values != NULL)
            printf(":(%s)", row->values);
        else
            (void)fputs(":_files", stdout);
    }
    (void)putchar('\'');
}

static void zsh(void)
{
    (void)fputs("#compdef omnitls\n"
                "_omnitls() {\n"
                "    local line state\n"
                "    _arguments -C '1: :->command' '*:: :->rest'\n"
                "    case $state in\n"
                "    command)\n"
                "        _values command",
                stdout);
    for (size_t i = 0; i < tool_command_count; i++) {
        printf(" \\\n            '%s[", tool_commands[i].name);
        zsh_text(tool_commands[i].summary);
        (void)fputs("]'", stdout);
    }
    (void)fputs("\n        return ;;\n    esac\n    case $line[1] in\n", stdout);
    for (size_t i = 0; i < tool_command_count; i++) {
        printf("    %s) _arguments", tool_commands[i].name);
        for (size_t k = 0; k < tool_option_count; k++) {
            if (takes(&tool_commands[i], &tool_option_rows[k]))
                zsh_option(&tool_option_rows[k]);
        }
        printf(" \\\n        '(-h --help)'{-h,--help}'[print this]' '*:: :%s' ;;\n",
               tool_commands[i].bit == ON_COMPLETION ? "(bash zsh fish)" : "_files");
    }
    (void)fputs("    esac\n}\n_omnitls \"$@\"\n", stdout);
}

/* ---- fish ------------------------------------------------------------------------------------ */

static void fish_text(const char *text)
{
    (void)putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            (void)putchar('\\');
        (void)putchar(*text);
    }
    (void)putchar('\'');
}

static void fish_option(const tool_command *command, const tool_option *row)
{
    printf("complete -c omnitls -n '__fish_seen_subcommand_from %s' -l %s", command->name,
           row->name);
    if (row->letter != 0)
        printf(" -s %c", row->letter);
    if (row->argument != NULL)
        (void)fputs(" -r", stdout);
    if (row->values != NULL)
        printf(" -f -a '%s'", row->values);
    (void)fputs(" -d ", stdout);
    fish_text(row->help);
    (void)putchar('\n');
}

static void fish(void)
{
    for (size_t i = 0; i < tool_command_count; i++) {
        const tool_command *command = &tool_commands[i];

        printf("complete -c omnitls -n __fish_use_subcommand -f -a %s -d ", command->name);
        fish_text(command->summary);
        (void)putchar('\n');
        for (size_t k = 0; k < tool_option_count; k++) {
            if (takes(command, &tool_option_rows[k]))
                fish_option(command, &tool_option_rows[k]);
        }
    }
    (void)fputs(
        "complete -c omnitls -s h -l help -d 'print this'\n"
        "complete -c omnitls -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n",
        stdout);
}

int tool_completion(const tool_options *options)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(options->target, shells[i].name) == 0) {
            shells[i].print();
            return TOOL_OK;
        }
    }
    tool_complain(options, "\"%s\" is no shell that is known; there are bash, zsh, fish",
                  options->target);
    return TOOL_USAGE;
}
