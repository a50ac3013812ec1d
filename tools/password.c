/* SPDX-License-Identifier: MIT */
/* Passwords: from a file, or from the person at the terminal. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static otls_status from_file(char *out, size_t capacity, size_t *length, void *user)
{
    const tool_options *options = user;
    FILE *file = fopen(options->password_file, "r");

    if (file == NULL) {
        tool_complain(options, "--password-file: cannot open \"%s\": %s", options->password_file,
                      strerror(errno));
        return OTLS_E_IO;
    }
    (void)setvbuf(file, NULL, _IONBF, 0); /* no second copy */
    *length = fread(out, 1, capacity, file);
    (void)fclose(file);
    for (size_t i = 0; i < *length; i++)
        if (out[i] == '\n' || out[i] == '\r')
            *length = i; /* ends the loop too */
    return OTLS_OK;
}

/* One line, which the terminal does not show; false at its end or when it is too long. */
static bool read_line(int terminal, char *out, size_t capacity, size_t *length)
{
    for (*length = 0; *length < capacity;) {
        const ssize_t got = read(terminal, out + *length, 1);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        if (out[*length] == '\n')
            return true;
        if (out[*length] == '\003') /* Ctrl-C */
            return false;
        (*length)++;
    }
    return false;
}

/* On the terminal itself: standard input may be what is to be sent. Its signal keys end the
 * line instead, so that it never stays without an echo. */
static otls_status from_terminal(char *out, size_t capacity, size_t *length, void *user)
{
    static const char prompt[] = "password of the key: ";
    struct termios shown, hidden;
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
    bool good;

    (void)user;
    if (terminal < 0 || tcgetattr(terminal, &shown) != 0) {
        if (terminal >= 0)
            (void)close(terminal);
        return OTLS_E_IO;
    }
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    hidden.c_lflag |= ICANON;
    hidden.c_cc[VEOL] = '\003';
    good = tcsetattr(terminal, TCSAFLUSH, &hidden) == 0 &&
           write(terminal, prompt, sizeof(prompt) - 1) == (ssize_t)(sizeof(prompt) - 1) &&
           read_line(terminal, out, capacity, length);
    (void)tcsetattr(terminal, TCSAFLUSH, &shown);
    (void)write(terminal, "\n", 1);
    (void)close(terminal);
    return good ? OTLS_OK : OTLS_E_IO;
}

otls_password_callback tool_password_of(const tool_options *options)
{
    int terminal;

    if (options->password_file != NULL)
        return from_file;
    if (isatty(STDERR_FILENO) == 0)
        return NULL; /* a script is told that a password is needed */
    terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (terminal < 0)
        return NULL;
    (void)close(terminal);
    return from_terminal;
}
