/*
 * A disk that fails on command. Loaded into a process with LD_PRELOAD, it counts the calls that change anything below one
 * folder, whoever makes them (Node, LevelDB, libvips), in all processes of a run together, and does at the chosen call what
 * the test asks for. So a moment of failure is a number, and can be had again.
 *
 *   FAULT_FOLDER   the folder whose changes are counted
 *   FAULT_COUNTER  a file of at least 8 bytes, in which they are counted
 *   FAULT          kill      ends all processes of the group by SIGKILL before call number FAULT_AT
 *                  torn      the same in the middle of it: a write has written its first half, another call is done
 *                  terminate sends SIGTERM to all processes of the group before it
 *                  full      from this call on nothing more fits on the disk (ENOSPC); what is there can be removed
 *                  error     this one call fails with EIO
 *                  slow      each call takes FAULT_AT microseconds more
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 65536

static char folder[PATH_MAX];
static size_t folder_length;
static const char *fault = "";
static long fault_at;
static atomic_long *counter;
static atomic_char watched[MOST_FILES];

/* The next definition of a function: the real one. */
#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int real_open(const char *path, int flags, mode_t mode) {
  static int (*real)(const char *, int, ...);
  if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
  return real(path, flags, mode);
}

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT");
  const char *place = getenv("FAULT_FOLDER"), *count = getenv("FAULT_COUNTER");
  if (!place || !count) return;
  int file = real_open(count, O_RDWR, 0);
  if (file < 0) return;
  void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory == MAP_FAILED) return;
  counter = memory;
  if (kind) fault = kind;
  if (at) fault_at = atol(at);
  strncpy(folder, place, sizeof folder - 1);
  folder_length = strlen(folder);
}

static int inside(const char *path) {
  if (!counter || !path) return 0;
  char absolute[PATH_MAX];
  if (path[0] != '/') {
    if (!getcwd(absolute, sizeof absolute) || strlen(absolute) + strlen(path) + 2 > sizeof absolute) return 0;
    strcat(absolute, "/");
    strcat(absolute, path);
    path = absolute;
  }
  return strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || path[folder_length] == 0);
}

static int is_watched(int file) {
  return file >= 0 && file < MOST_FILES && atomic_load_explicit(&watched[file], memory_order_relaxed);
}

static int is(const char *kind) { return strcmp(fault, kind) == 0; }

static void die(void) {
  kill(0, SIGKILL);
  for (;;) pause();
}

enum verdict { GO_ON, FAIL, TEAR };

/* Counts a call; `needs_room` says that a full disk has no place for it. */
static enum verdict count_call(int needs_room) {
  long number = atomic_fetch_add(counter, 1) + 1;
  if (is("slow")) usleep(fault_at);
  if (number == fault_at) {
    if (is("kill")) die();
    if (is("torn")) return TEAR;
    if (is("terminate")) kill(0, SIGTERM);
    if (is("error")) {
      errno = EIO;
      return FAIL;
    }
  }
  if (is("full") && number >= fault_at && needs_room) {
    errno = ENOSPC;
    return FAIL;
  }
  return GO_ON;
}

/* Defines a function that changes something: whether it is counted, whether it needs room, and how it is called. */
#define CHANGE(type, name, parameters, arguments, is_counted, needs_room) \
  type name parameters { \
    REAL(name); \
    if (!(is_counted)) return real arguments; \
    enum verdict verdict = count_call(needs_room); \
    if (verdict == FAIL) return -1; \
    type result = real arguments; \
    if (verdict == TEAR) die(); \
    return result; \
  }

CHANGE(int, rename, (const char *from, const char *to), (from, to), inside(from) || inside(to), 0)
CHANGE(int, unlink, (const char *path), (path), inside(path), 0)
CHANGE(int, unlinkat, (int base, const char *path, int flags), (base, path, flags), path[0] == '/' && inside(path), 0)
CHANGE(int, rmdir, (const char *path), (path), inside(path), 0)
CHANGE(int, remove, (const char *path), (path), inside(path), 0)
CHANGE(int, mkdir, (const char *path, mode_t mode), (path, mode), inside(path), 1)
CHANGE(int, link, (const char *from, const char *to), (from, to), inside(to), 1)
CHANGE(int, symlink, (const char *from, const char *to), (from, to), inside(to), 1)
CHANGE(int, ftruncate, (int file, off_t length), (file, length), is_watched(file), length > 0)
CHANGE(int, ftruncate64, (int file, off64_t length), (file, length), is_watched(file), length > 0)
CHANGE(int, truncate, (const char *path, off_t length), (path, length), inside(path), length > 0)
CHANGE(int, fsync, (int file), (file), is_watched(file), 0)
CHANGE(int, fdatasync, (int file), (file), is_watched(file), 0)
CHANGE(ssize_t, copy_file_range, (int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags),
       (in, from, out, to, length, flags), is_watched(out), 1)

/* Defines a way of writing, half of which can be done. */
#define WRITE(name, parameters, arguments, half) \
  ssize_t name parameters { \
    REAL(name); \
    if (!is_watched(file)) return real arguments; \
    enum verdict verdict = count_call(1); \
    if (verdict == FAIL) return -1; \
    if (verdict == TEAR) { \
      half; \
      die(); \
    } \
    return real arguments; \
  }

WRITE(write, (int file, const void *bytes, size_t length), (file, bytes, length), real(file, bytes, length / 2))
WRITE(pwrite, (int file, const void *bytes, size_t length, off_t at), (file, bytes, length, at),
      real(file, bytes, length / 2, at))
WRITE(pwrite64, (int file, const void *bytes, size_t length, off64_t at), (file, bytes, length, at),
      real(file, bytes, length / 2, at))
WRITE(writev, (int file, const struct iovec *parts, int count), (file, parts, count), real(file, parts, count / 2))
WRITE(pwritev, (int file, const struct iovec *parts, int count, off_t at), (file, parts, count, at),
      real(file, parts, count / 2, at))
WRITE(pwritev64, (int file, const struct iovec *parts, int count, off64_t at), (file, parts, count, at),
      real(file, parts, count / 2, at))

static void watch(int file, int is_inside) {
  if (file >= 0 && file < MOST_FILES) atomic_store_explicit(&watched[file], is_inside, memory_order_relaxed);
}

/* Opens: counted where it makes or empties a file; a new one needs room. */
#define OPEN(name, parameters, arguments, path) \
  int name parameters { \
    static int (*real) parameters; \
    if (!real) real = (int (*) parameters)dlsym(RTLD_NEXT, #name); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    int counted = path[0] != 0 && inside(path); \
    if (!counted) { \
      int file = real arguments; \
      watch(file, 0); \
      return file; \
    } \
    enum verdict verdict = GO_ON; \
    if (flags & (O_CREAT | O_TRUNC)) verdict = count_call((flags & O_CREAT) && access(path, F_OK) != 0); \
    if (verdict == FAIL) return -1; \
    int file = real arguments; \
    if (verdict == TEAR) die(); \
    watch(file, (flags & O_ACCMODE) != O_RDONLY); \
    return file; \
  }

OPEN(open, (const char *path, int flags, ...), (path, flags, mode), path)
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), path)

int close(int file) {
  REAL(close);
  watch(file, 0);
  return real(file);
}
