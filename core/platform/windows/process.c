/* SPDX-License-Identifier: MIT */
#include "platform/windows/system.h"

/* getenv has the code page's bytes; ours are UTF-8. Each value that was ever asked for is kept, so
 * that what was handed out stays good. */
typedef struct value {
    const struct value *next;
    char text[];
} value;

static SRWLOCK lock = SRWLOCK_INIT;
static const value *values;

static const char *keep(const char *text)
{
    const size_t size = strlen(text) + 1;
    const value *at;
    value *made;

    for (at = values; at != NULL; at = at->next)
        if (strcmp(at->text, text) == 0)
            return at->text;
    made = HeapAlloc(GetProcessHeap(), 0, sizeof(*made) + size);
    if (made == NULL)
        return NULL;
    memcpy(made->text, text, size);
    made->next = values;
    values = made;
    return made->text;
}

const char *omni_os_environment(const char *name)
{
    wchar_t wide[64], found[OMNI_OS_PATH_MAX];
    char text[3 * OMNI_OS_PATH_MAX];
    const char *kept;
    DWORD size;

    if (!omni_os_wide(name, wide, sizeof(wide) / sizeof(wide[0])))
        return NULL;
    size = GetEnvironmentVariableW(wide, found, OMNI_OS_PATH_MAX);
    if (size == 0 || size >= OMNI_OS_PATH_MAX || !omni_os_utf8(found, -1, text, sizeof(text)))
        return NULL;
    AcquireSRWLockExclusive(&lock);
    kept = keep(text);
    ReleaseSRWLockExclusive(&lock);
    return kept;
}

/* There are no set-user-id programs: whoever starts one hands it their own rights, or is asked. */
bool omni_os_privileges_raised(void)
{
    return false;
}
