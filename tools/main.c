/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* option_table.c says which options they take */
const tool_command tool_commands[] = {
    {.name = "backends",
     .summary = "list the engines, their versions and what they can do",
     .bit = ON_BACKENDS,
     .run = tool_backends},
    {.name = "selftest",
     .summary = "let every engine talk to every engine, in memory",
     .bit = ON_SELFTEST,
     .run = tool_selftest},
    {.name = "connect",
     .argument = "HOST[:PORT]",
     .summary = "connect, send standard input, print what comes back",
     .bit = ON_CONNECT,
     .run = tool_connect},
    {.name = "serve",
     .summary = "serve clients: a page that states the connection, or an echo",
     .bit = ON_SERVE,
     .run = tool_serve},
    {.name = "compare",
     .argument = "HOST[:PORT]",
     .summary = "make the same handshake with every engine and mark the differences",
     .bit = ON_COMPARE,
     .run = tool_compare},
    {.name = "scan",
     .argument = "HOST[:PORT]",
     .summary = "list what a server takes, in its order: versions, suites, groups, signatures, ALPN",
     .bit = ON_SCAN,
     .run = tool_scan},
    {.name = "ciphers",
     .argument = "[EXPRESSION]",
     .summary =
         "list the suites that an OpenSSL cipher list selects (--backend all: on each engine)",
     .bit = ON_CIPHERS,
     .run = tool_ciphers},
    {.name = "cert",
     .argument = "FILE|-|HOST[:PORT]",
     .summary = "show certificates, requests, keys: of a file, or the chain that a server sends",
     .bit = ON_CERT,
     .run = tool_cert},
    {.name = "verify",
     .argument = "LEAF",
     .summary = "verify a certificate, and say why not",
     .bit = ON_VERIFY,
     .run = tool_verify},
    {.name = "completion",
     .argument = "SHELL",
     .summary = "print what makes bash, zsh or fish complete this command",
     .bit = ON_COMPLETION,
     .run = tool_completion},
};

const size_t tool_command_count = sizeof(tool_commands) / sizeof(tool_commands[0]);

static const tool_command *find_command(const char *name)
{
    for (size_t i = 0; i < tool_command_count; i++) {
        if (strcmp(tool_commands[i].name, name) == 0)
            return &tool_commands[i];
    }
    return NULL;
}

static int no_such_command(const char *name)
{
    char safe[200];
    tool_suggestion near;

    tool_suggestion_start(&near, name);
    for (size_t i = 0; i < tool_command_count; i++)
        tool_suggestion_try(&near, tool_commands[i].name);
    (void)fprintf(stderr, "omnitls: there is no command \"%s\"; %s%s%s\n",
                  tool_printable(safe, sizeof(safe), name, strlen(name)),
                  near.found != NULL ? "did you mean \"" : "see omnitls --help",
                  near.found != NULL ? near.found : "", near.found != NULL ? "\"?" : "");
    return TOOL_USAGE;
}

static int run_help(int argc, char **argv)
{
    const tool_command *command;

    if (argc < 3) {
        tool_help(stdout);
        return TOOL_OK;
    }
    command = find_command(argv[2]);
    if (command == NULL)
        return no_such_command(argv[2]);
    tool_command_help(command, stdout);
    return TOOL_OK;
}

static int finish(int code)
{
    if (tool_memory_short()) {
        (void)fprintf(stderr, "omnitls: out of memory\n");
        return code == TOOL_OK ? TOOL_USAGE : code;
    }
    if ((fflush(stdout) != 0 || ferror(stdout) != 0) && code == TOOL_OK) {
        if (errno == EPIPE) /* who read it has seen enough */
            return TOOL_USAGE;
        (void)fprintf(stderr, "omnitls: cannot write to standard output\n");
        return TOOL_USAGE;
    }
    return code;
}

/* A standard stream that was closed would give its number to the next socket or file. */
static bool standard_streams_open(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

int main(int argc, char **argv)
{
    tool_options options;
    const tool_command *command;
    int code;

    if (!standard_streams_open())
        return TOOL_USAGE;
    tool_no_core_files();
    tool_memory_watch();
    /* a reader of our output that has gone is an error like others, not a reason to die */
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        tool_help(stderr);
        return TOOL_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return finish(run_help(argc, argv));
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("omnitls %s\n", otls_version());
        return finish(TOOL_OK);
    }
    if (strcmp(argv[1], "--help-man") == 0) { /* for the build: the manual's page */
        tool_manual(stdout);
        return finish(TOOL_OK);
    }
    command = find_command(argv[1]);
    if (command == NULL)
        return no_such_command(argv[1]);
    code = tool_options_parse(&options, command, argc - 1, argv + 1);
    if (code >= 0)
        return finish(code);
    return finish(command->run(&options));
}
