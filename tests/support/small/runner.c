/* SPDX-License-Identifier: MIT */
/* Runs the cases of a program that was compiled with the criterion.h beside this: see there. */
#include <criterion/criterion.h>
#include <setjmp.h>
#include <stdarg.h>

/* Formats come with the tests: Criterion's own declarations check them. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#define OWN_PROCESS 1 /* for each case */
#else
#define OWN_PROCESS 0
#endif

#define CASE_SECONDS 600 /* of a case that says nothing: emulators are slow */
#define HOOKS_MAX 8
#define SKIPPED 77 /* a child's exit code */
#define FAILED 1

typedef enum outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_CRASHED, OUTCOME_SKIPPED } outcome;

static struct {
    small_test *first;
    small_hook *before[HOOKS_MAX], *after[HOOKS_MAX];
    size_t before_count, after_count;
    const char *filter, *xml_path;
    size_t counts[OUTCOME_SKIPPED + 1];
    bool list;
} program;

/* The case that runs now. In its own process all threads end with it. */
static const small_test *now;
static size_t now_index;
static unsigned marked;
static jmp_buf out_of_case;
static _Thread_local bool may_jump;

void small_add(small_test *test)
{
    small_test **end = &program.first;

    while (*end != NULL)
        end = &(*end)->next;
    *end = test;
}

void small_add_hook(small_hook *hook, bool before)
{
    small_hook **hooks = before ? program.before : program.after;
    size_t *count = before ? &program.before_count : &program.after_count;

    if (*count == HOOKS_MAX)
        abort();
    hooks[(*count)++] = hook;
}

static void say(const char *what, const char *file, int line, const char *text, va_list args)
{
    const char *format = va_arg(args, const char *);

    (void)printf("[%s] ", what);
    if (now != NULL)
        (void)printf("%s::%s#%zu", now->suite, now->name, now_index);
    if (file != NULL)
        (void)printf(": %s:%d: %s", file, line, text);
    if (format != NULL) {
        (void)printf(": ");
        (void)vprintf(format, args);
    }
    (void)printf("\n");
    (void)fflush(stdout);
}

__attribute__((noreturn)) static void leave(int code)
{
    if (!OWN_PROCESS && may_jump)
        longjmp(out_of_case, code);
#if OWN_PROCESS
    _exit(code); /* other threads may be anywhere */
#else
    exit(code); /* another thread: there is no way back to the case */
#endif
}

void small_expected(const char *file, int line, const char *text, ...)
{
    va_list args;

    marked++;
    va_start(args, text);
    say("FAIL", file, line, text, args);
    va_end(args);
}

void small_asserted(const char *file, int line, const char *text, ...)
{
    va_list args;

    va_start(args, text);
    say("FAIL", file, line, text, args);
    va_end(args);
    leave(FAILED);
}

static void skip_words(const char *text, ...)
{
    va_list args;

    va_start(args, text);
    say("SKIP", NULL, 0, text, args);
    va_end(args);
}

void small_skipped(const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    skip_words("", "%s", text, NULL);
    leave(SKIPPED);
}

/** The case in this process; its exit code. */
static int run_here(void *param)
{
    int code = 0;

    marked = 0;
    may_jump = true;
    if (OWN_PROCESS || (code = setjmp(out_of_case)) == 0) {
        if (now->extra.init != NULL)
            now->extra.init();
        now->run(param);
        if (now->extra.fini != NULL)
            now->extra.fini();
    }
    may_jump = false;
    return code != 0 ? code : marked != 0 ? FAILED : 0;
}

#if OWN_PROCESS
static outcome run_case(void *param)
{
    const double own = now->extra.timeout;
    int status = 0;
    pid_t child;

    (void)fflush(NULL); /* or both processes write what waits there */
    child = fork();
    if (child == 0) {
        (void)alarm(own * 10 > CASE_SECONDS ? (unsigned)(own * 10) : CASE_SECONDS);
        exit(run_here(param));
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
        (void)printf("[CRASH] %s::%s#%zu: signal %d\n", now->suite, now->name, now_index,
                     WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        return OUTCOME_CRASHED;
    }
    if (WEXITSTATUS(status) == SKIPPED)
        return OUTCOME_SKIPPED;
    return WEXITSTATUS(status) == 0 ? OUTCOME_PASSED : OUTCOME_FAILED;
}
#else
static outcome run_case(void *param)
{
    const int code = run_here(param);

    if (code == SKIPPED)
        return OUTCOME_SKIPPED;
    return code == 0 ? OUTCOME_PASSED : OUTCOME_FAILED;
}
#endif

/* ---- results, as Criterion writes them ---- */

static void note(FILE *xml, outcome result)
{
    static const char *const names[] = {"PASSED", "FAILED", "ERRORED", "SKIPPED"};

    program.counts[result]++;
    if (xml != NULL)
        (void)fprintf(
            xml, "  <testsuite name=\"%s\"><testcase name=\"%s\" status=\"%s\"/></testsuite>\n",
            now->suite, now->name, names[result]);
}

static bool wanted(const small_test *test)
{
    char name[256];

    (void)snprintf(name, sizeof(name), "%s/%s", test->suite, test->name);
    return program.filter == NULL || strncmp(name, program.filter, strlen(program.filter)) == 0;
}

static void run_test(const small_test *test, FILE *xml)
{
    struct criterion_test_params all = {.params = NULL, .size = 0, .length = 1};

    now = test;
    now_index = 0;
    if (test->params != NULL)
        all = test->params();
    for (; now_index < all.length; now_index++)
        note(xml, run_case(all.params != NULL ? (char *)all.params + now_index * all.size : NULL));
    now = NULL;
}

struct criterion_test_set *criterion_initialize(void)
{
    return NULL;
}

void criterion_finalize(struct criterion_test_set *tests)
{
    (void)tests;
}

/* --xml=FILE, --filter=SUITE/BEGINNING_OF_NAME, --list */
int criterion_handle_args(int argc, char **argv, bool handle_unknown)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--xml=", 6) == 0)
            program.xml_path = argv[i] + 6;
        else if (strncmp(argv[i], "--filter=", 9) == 0)
            program.filter = argv[i] + 9;
        else if (strcmp(argv[i], "--list") == 0)
            program.list = true;
        else if (handle_unknown) {
            (void)fprintf(stderr, "%s: not known here: %s\n", argv[0], argv[i]);
            exit(2);
        }
    }
    return 1;
}

static void run_tests(FILE *xml)
{
    for (const small_test *test = program.first; test != NULL; test = test->next) {
        if (!wanted(test))
            continue;
        if (program.list)
            (void)printf("%s/%s\n", test->suite, test->name);
        else
            run_test(test, xml);
    }
}

int criterion_run_all_tests(struct criterion_test_set *tests)
{
    const size_t *counts = program.counts;
    FILE *xml = NULL;

    (void)tests;
    if (program.xml_path != NULL && (xml = fopen(program.xml_path, "w")) == NULL) {
        perror(program.xml_path);
        return 0;
    }
    for (size_t i = 0; !program.list && i < program.before_count; i++)
        program.before[i](NULL);
    if (xml != NULL)
        (void)fprintf(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    run_tests(xml);
    for (size_t i = 0; !program.list && i < program.after_count; i++)
        program.after[i](NULL);
    if (xml != NULL && (fprintf(xml, "</testsuites>\n") < 0 || fclose(xml) != 0))
        return 0;
    if (!program.list)
        (void)printf(
            "[====] Synthesis: Tested: %zu | Passing: %zu | Failing: %zu | Crashing: %zu | "
            "Skipped: %zu\n",
            counts[OUTCOME_PASSED] + counts[OUTCOME_FAILED] + counts[OUTCOME_CRASHED],
            counts[OUTCOME_PASSED], counts[OUTCOME_FAILED], counts[OUTCOME_CRASHED],
            counts[OUTCOME_SKIPPED]);
    return counts[OUTCOME_FAILED] == 0 && counts[OUTCOME_CRASHED] == 0;
}
