/* SPDX-License-Identifier: MIT */
/*
 * A set-user-id copy of this program, started by another user: neither argv[0] nor the environment
 * chooses where modules come from. The same without the bit shows that they would. 77: not root, no
 * place where the bit works, or a build without modules.
 */
#include <omnitls/omnitls.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define SKIPPED 77

/* What the copy does: say which module was found first, loaded or not. */
static int find(void)
{
    const otls_backend *backend;
    otls_error err = OTLS_ERROR_INIT;
    const otls_status status = otls_backend_find(&backend, "openssl", &err);

    printf("uid %d, euid %d: %s\n", (int)getuid(), (int)geteuid(),
           status == OTLS_OK ? "loaded" : err.text);
    return 0;
}

static bool copy_self(const char *path, mode_t mode)
{
    char buffer[65536];
    const int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    const int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    ssize_t count = -1;

    while (in >= 0 && out >= 0 && (count = read(in, buffer, sizeof(buffer))) > 0)
        if (write(out, buffer, (size_t)count) != count)
            break;
    if (in >= 0)
        (void)close(in);
    return out >= 0 && count == 0 && fchmod(out, mode) == 0 && close(out) == 0;
}

/* No module at all: whoever looks there says so. */
static bool put_module(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    return fd >= 0 && write(fd, "no module", 9) == 9 && fchmod(fd, 0755) == 0 && close(fd) == 0;
}

/* As nobody, with argv[0] in the directory `evil`, or the environment. What it prints in `text`. */
static bool run(const char *program, const char *name, const char *module_dir, char text[1024])
{
    size_t used = 0;
    ssize_t count;
    int ends[2], status = 0;
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0)
        return false;
    if (child == 0) {
        char variable[600];
        char *const arguments[] = {(char *)(uintptr_t)name, (char *)(uintptr_t) "find", NULL};
        char *const environment[] = {module_dir != NULL ? variable : NULL, NULL};

        (void)snprintf(variable, sizeof(variable), "OMNITLS_MODULE_DIR=%s",
                       module_dir != NULL ? module_dir : "");
        if (dup2(ends[1], 1) == 1 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0)
            (void)execve(program, arguments, environment);
        _exit(SKIPPED);
    }
    (void)close(ends[1]);
    while (used < 1023 && (count = read(ends[0], text + used, 1023 - used)) > 0)
        used += (size_t)count;
    text[used] = '\0';
    (void)close(ends[0]);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int failures;

static void expect(bool good, const char *what, const char *text)
{
    if (good)
        return;
    failures++;
    printf("%s: %s", what, text);
}

static int run_copies(const char *dir)
{
    char plain[128], raised[128], name[128], modules[128], module[160], text[1024];

    (void)snprintf(plain, sizeof(plain), "%s/plain", dir);
    (void)snprintf(raised, sizeof(raised), "%s/raised", dir);
    (void)snprintf(name, sizeof(name), "%s/evil/x", dir);
    (void)snprintf(modules, sizeof(modules), "%s/evil/omnitls", dir);
    (void)snprintf(module, sizeof(module), "%s/openssl.so", modules);
    *strrchr(name, '/') = '\0';
    if (chmod(dir, 0755) != 0 || mkdir(name, 0755) != 0 || mkdir(modules, 0755) != 0 ||
        !put_module(module) || !copy_self(plain, 0755) || !copy_self(raised, 04755)) {
        perror(dir);
        return 1;
    }
    name[strlen(name)] = '/';
    if (!run(raised, raised, NULL, text) || strstr(text, "euid 0") == NULL) {
        printf("the set-user-id bit has no effect here: %s", text);
        return SKIPPED;
    }
    expect(run(plain, name, NULL, text) && strstr(text, "/evil/") != NULL, "plain, name", text);
    expect(run(plain, plain, modules, text) && strstr(text, "/evil/") != NULL, "plain, environment",
           text);
    expect(run(raised, name, NULL, text) && strstr(text, "/evil/") == NULL, "raised, name", text);
    expect(run(raised, "./evil/x", NULL, text) && strstr(text, "evil/") == NULL,
           "raised, relative name", text);
    expect(run(raised, raised, modules, text) && strstr(text, "/evil/") == NULL,
           "raised, environment", text);
    return failures == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const char *const left[] = {"evil/omnitls/openssl.so", "evil/omnitls", "evil", "plain",
                                       "raised"};
    char dir[] = "/tmp/raised-XXXXXX";
    const char *form = getenv("OMNITLS_FORM");
    struct statvfs place;
    int result;

    if (argc == 2 && strcmp(argv[1], "find") == 0)
        return find();
    if (form != NULL && strcmp(form, "modules") != 0) {
        printf("skipped: this build looks for no modules (%s)\n", form);
        return SKIPPED;
    }
    if (geteuid() != 0 || statvfs("/tmp", &place) != 0 || (place.f_flag & ST_NOSUID) != 0) {
        printf("skipped: not root, or /tmp is mounted nosuid\n");
        return SKIPPED;
    }
    if (mkdtemp(dir) == NULL || chdir(dir) != 0) {
        perror(dir);
        return 1;
    }
    result = run_copies(dir);
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        if (remove(left[i]) != 0 && errno != ENOENT)
            perror(left[i]);
    if (rmdir(dir) != 0)
        perror(dir);
    return result;
}
