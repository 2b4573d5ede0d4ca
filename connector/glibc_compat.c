/* Keeps libch.so at glibc 2.28. The static libstdc++ and libgcc of a newer system refer to symbols,
 * or versions of symbols, that an older glibc does not have. Those with an old twin are wrapped
 * (the linker's --wrap, list in CMakeLists.txt) into the twin by its version; the others are
 * defined here, hidden. check_symbols.sh says when something is missing.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define BASE_VERSION "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define BASE_VERSION "GLIBC_2.17"
#else
#error "name the first glibc version of this machine"
#endif

/* __wrap_f calls f as glibc had it from the first. */
#define WRAP(result, name, parameters, arguments)             \
    __asm__(".symver old_" #name "," #name "@" BASE_VERSION); \
    result old_##name parameters;                             \
    result __wrap_##name parameters;                          \
    result __wrap_##name parameters {                         \
        return old_##name arguments;                          \
    }

typedef void (*key_destructor)(void*);

WRAP(int, __pthread_key_create, (pthread_key_t * key, key_destructor destructor), (key, destructor))
WRAP(int, pthread_key_create, (pthread_key_t * key, key_destructor destructor), (key, destructor))
WRAP(int, pthread_key_delete, (pthread_key_t key), (key))
WRAP(void*, pthread_getspecific, (pthread_key_t key), (key))
WRAP(int, pthread_setspecific, (pthread_key_t key, const void* value), (key, value))
WRAP(int, pthread_once, (pthread_once_t * once, void (*routine)(void)), (once, routine))
WRAP(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock))
WRAP(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock))
WRAP(int, pthread_rwlock_unlock, (pthread_rwlock_t * lock), (lock))
WRAP(int, pthread_mutex_trylock, (pthread_mutex_t * mutex), (mutex))
WRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t* attributes, void* (*routine)(void*),
      void* argument),
     (thread, attributes, routine, argument))
WRAP(int, pthread_join, (pthread_t thread, void** result), (thread, result))
WRAP(int, pthread_detach, (pthread_t thread), (thread))
WRAP(void*, dlopen, (const char* path, int flags), (path, flags))
WRAP(void*, dlsym, (void* library, const char* name), (library, name))
WRAP(char*, dlerror, (void), ())
WRAP(int, dladdr, (const void* address, Dl_info* found), (address, found))
WRAP(double, exp, (double x), (x))
WRAP(double, log, (double x), (x))
WRAP(double, pow, (double x, double y), (x, y))

/* Before 2.33 these were inline functions over version-numbered ones; the kernel's struct is
 * glibc's on 64-bit machines. */
int stat(const char* restrict path, struct stat* restrict result) {
    return (int)syscall(SYS_newfstatat, AT_FDCWD, path, result, 0);
}
int lstat(const char* restrict path, struct stat* restrict result) {
    return (int)syscall(SYS_newfstatat, AT_FDCWD, path, result, AT_SYMLINK_NOFOLLOW);
}
int fstat(int descriptor, struct stat* result) {
    return (int)syscall(SYS_fstat, descriptor, result);
}
int fstatat(int folder, const char* restrict path, struct stat* restrict result, int flags) {
    return (int)syscall(SYS_newfstatat, folder, path, result, flags);
}

/* libstdc++ skips atomic operations while this is not zero; a JVM always has threads. */
char __libc_single_threaded = 0;

/* Behind std::random_device. */
uint32_t arc4random(void) {
    uint32_t value;
    if (getrandom(&value, sizeof(value), 0) != (ssize_t)sizeof(value)) value = (uint32_t)clock();
    return value;
}

/* The unwinder asks here for the object that holds an address. */
struct search {
    uintptr_t address;
    struct dl_find_object* result;
};

static int look_into(struct dl_phdr_info* object, size_t size, void* data) {
    (void)size;
    struct search* search = data;
    const ElfW(Phdr)* frames = NULL;
    uintptr_t begin = UINTPTR_MAX;
    uintptr_t end = 0;
    int is_inside = 0;
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr)* segment = &object->dlpi_phdr[i];
        uintptr_t from = object->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_GNU_EH_FRAME) frames = segment;
        if (segment->p_type != PT_LOAD) continue;
        if (from < begin) begin = from;
        if (from + segment->p_memsz > end) end = from + segment->p_memsz;
        if (search->address >= from && search->address < from + segment->p_memsz) is_inside = 1;
    }
    if (!is_inside || frames == NULL) return 0;
    *search->result = (struct dl_find_object){
        .dlfo_map_start = (void*)begin,
        .dlfo_map_end = (void*)end,
        .dlfo_eh_frame = (void*)(object->dlpi_addr + frames->p_vaddr),
    };
    return 1;
}

int _dl_find_object(void* address, struct dl_find_object* result) {
    struct search search = {(uintptr_t)address, result};
    return dl_iterate_phdr(look_into, &search) == 1 ? 0 : -1;
}
