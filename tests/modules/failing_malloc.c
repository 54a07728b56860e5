/* Preloaded: once armed, the Nth allocation of the process fails, in any thread that is not spared; and all of them
   are counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static atomic_long left = 0; /* 0: not armed */
static atomic_int fired = 0;
static atomic_long count = 0;
static _Thread_local int spared __attribute__((tls_model("initial-exec"))) = 0; /* such storage needs no allocation */

/* Whether allocations of the calling thread never fail. */
void spare_thread(int on) { spared = on; }

void arm_allocations(long number) {
    fired = 0;
    left = number;
}

int disarm_allocations(void) {
    left = 0;
    return fired;
}

long counted_allocations(void) { return count; }

static int fails(void) {
    ++count;
    if (spared || left <= 0 || atomic_fetch_sub(&left, 1) != 1) return 0;
    fired = 1;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails() ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return fails() ? NULL : __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { return fails() ? NULL : __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **to, size_t alignment, size_t size) {
    void *const found = memalign(alignment, size);
    if (!found) return ENOMEM;
    *to = found;
    return 0;
}
