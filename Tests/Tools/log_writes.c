// Preloaded into a process, logs what it writes, syncs and renames, in order, to the file that APUS_WRITE_LOG names. For glibc.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

static void note(const char *action, const char *first, const char *second) {
    const char *log = getenv("APUS_WRITE_LOG");
    char line[3 * PATH_MAX];
    int length = snprintf(line, sizeof line, "%d\t%s\t%s\t%s\n", (int)getpid(), action, first, second);
    int file = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (file < 0) return;
    syscall(SYS_write, file, line, (size_t)length);
    close(file);
}

/* The path with the links of its folder resolved, as descriptors have it. */
static const char *whole(const char *path, char *result) {
    char folder[PATH_MAX], name[PATH_MAX], real[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    snprintf(name, sizeof name, "%s", path);
    if (!realpath(dirname(folder), real)) return path;
    snprintf(result, 2 * PATH_MAX, "%s/%s", real, basename(name));
    return result;
}

static void note_file(const char *action, int file) {
    struct stat status;
    char link[64], path[PATH_MAX] = "";
    if (fstat(file, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0) note(action, path, "");
}

ssize_t write(int file, const void *bytes, size_t count) {
    note_file("write", file);
    return REAL("write", ssize_t (*)(int, const void *, size_t))(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    note_file("write", file);
    return REAL("pwrite", ssize_t (*)(int, const void *, size_t, off_t))(file, bytes, count, offset);
}

int fsync(int file) {
    int result = REAL("fsync", int (*)(int))(file);
    note_file("sync", file);
    return result;
}

int rename(const char *from, const char *to) {
    char first[2 * PATH_MAX], second[2 * PATH_MAX];
    int result = REAL("rename", int (*)(const char *, const char *))(from, to);
    if (result == 0) note("rename", whole(from, first), whole(to, second));
    return result;
}

int symlink(const char *target, const char *path) {
    char result_path[2 * PATH_MAX];
    int result = REAL("symlink", int (*)(const char *, const char *))(target, path);
    if (result == 0) note("make", whole(path, result_path), "");
    return result;
}

int mkdir(const char *path, mode_t mode) {
    char result_path[2 * PATH_MAX];
    int result = REAL("mkdir", int (*)(const char *, mode_t))(path, mode);
    if (result == 0) note("make", whole(path, result_path), "");
    return result;
}
