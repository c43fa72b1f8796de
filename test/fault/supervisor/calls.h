/* The calls that change a file system, what each is about, and the filter that has them traced (seccomp(2)). */
#ifndef CALLS_H
#define CALLS_H
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "die.h"

/* Where a call has its paths: a descriptor, or a folder's descriptor (-1: the working folder) and a path. */
enum form { FD, PATH, AT, OPEN, OPENAT };

struct call {
  long number;
  const char *name;
  const char *class;
  enum form form;
  int place; /* index of the argument that `form` begins with */
};

static const struct call CALLS[] = {
    {SYS_open, "open", "open", OPEN, 0},
    {SYS_creat, "creat", "open", PATH, 0},
    {SYS_openat, "openat", "open", OPENAT, 0},
    {SYS_openat2, "openat2", "open", AT, 0},
    {SYS_write, "write", "write", FD, 0},
    {SYS_pwrite64, "pwrite", "write", FD, 0},
    {SYS_writev, "writev", "write", FD, 0},
    {SYS_pwritev, "pwritev", "write", FD, 0},
    {SYS_pwritev2, "pwritev2", "write", FD, 0},
    {SYS_copy_file_range, "copy_file_range", "write", FD, 2},
    {SYS_sendfile, "sendfile", "write", FD, 0},
    {SYS_fallocate, "fallocate", "write", FD, 0},
    {SYS_truncate, "truncate", "write", PATH, 0},
    {SYS_ftruncate, "ftruncate", "write", FD, 0},
    {SYS_ioctl, "ioctl(FICLONE)", "write", FD, 0},
    {SYS_rename, "rename", "rename", PATH, 1},
    {SYS_renameat, "renameat", "rename", AT, 2},
    {SYS_renameat2, "renameat2", "rename", AT, 2},
    {SYS_link, "link", "link", PATH, 1},
    {SYS_linkat, "linkat", "link", AT, 2},
    {SYS_symlink, "symlink", "link", PATH, 1},
    {SYS_symlinkat, "symlinkat", "link", AT, 1},
    {SYS_unlink, "unlink", "remove", PATH, 0},
    {SYS_unlinkat, "unlinkat", "remove", AT, 0},
    {SYS_rmdir, "rmdir", "remove", PATH, 0},
    {SYS_mkdir, "mkdir", "mkdir", PATH, 0},
    {SYS_mkdirat, "mkdirat", "mkdir", AT, 0},
    {SYS_mknod, "mknod", "mkdir", PATH, 0},
    {SYS_mknodat, "mknodat", "mkdir", AT, 0},
    {SYS_chmod, "chmod", "attributes", PATH, 0},
    {SYS_fchmod, "fchmod", "attributes", FD, 0},
    {SYS_fchmodat, "fchmodat", "attributes", AT, 0},
    {452 /* fchmodat2, newer than many headers */, "fchmodat2", "attributes", AT, 0},
    {SYS_chown, "chown", "attributes", PATH, 0},
    {SYS_fchown, "fchown", "attributes", FD, 0},
    {SYS_lchown, "lchown", "attributes", PATH, 0},
    {SYS_fchownat, "fchownat", "attributes", AT, 0},
    {SYS_utime, "utime", "attributes", PATH, 0},
    {SYS_utimes, "utimes", "attributes", PATH, 0},
    {SYS_futimesat, "futimesat", "attributes", AT, 0},
    {SYS_utimensat, "utimensat", "attributes", AT, 0},
    {SYS_fsync, "fsync", "sync", FD, 0},
    {SYS_fdatasync, "fdatasync", "sync", FD, 0},
};

static const struct call *call_of(__u64 number) {
  for (size_t i = 0; i < COUNT(CALLS); i++)
    if (CALLS[i].number == (long)number) return &CALLS[i];
  return NULL;
}

/* The path that a call is about, as well as it can be told; absolute, or "?". */
static void path_of(pid_t id, const struct call *call, const __u64 *args, char *path, size_t size) {
  char name[64], text[PATH_MAX] = "", base[PATH_MAX] = "";
  int fd = AT_FDCWD;
  if (call->form == FD || call->form == AT || call->form == OPENAT) fd = (int)args[call->place];
  if (call->form != FD) {
    __u64 address = args[call->place + (call->form == AT || call->form == OPENAT)];
    struct iovec to = {text, sizeof text - 1};
    /* A string may end shortly before memory that is not there: page by page. */
    size_t most = 4096 - address % 4096;
    struct iovec from[2] = {{(void *)address, most}, {(void *)(address + most), sizeof text - 1 - most}};
    if (address != 0 && process_vm_readv(id, &to, 1, from, 2, 0) < 0) text[0] = '\0';
  }
  int rest = 0;
  if (sscanf(text, "/proc/self/fd/%d/%n", &fd, &rest) == 1 && rest > 0) memmove(text, text + rest, strlen(text + rest) + 1);
  if (text[0] == '/') {
    snprintf(path, size, "%s", text);
    return;
  }
  if (fd == AT_FDCWD) snprintf(name, sizeof name, "/proc/%d/cwd", id);
  else snprintf(name, sizeof name, "/proc/%d/fd/%d", id, fd);
  if (readlink(name, base, sizeof base - 1) < 0) strcpy(base, "?");
  if (text[0] == '\0') snprintf(path, size, "%s", base);
  else snprintf(path, size, "%s/%s", base, text);
}

static int is_regular(pid_t id, int fd) {
  char name[64];
  struct stat found;
  snprintf(name, sizeof name, "/proc/%d/fd/%d", id, fd);
  return stat(name, &found) == 0 && (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode));
}

static void allow_or_trace(void) {
  struct sock_filter filter[16 + 8 * COUNT(CALLS)];
  size_t n = 0;
#define ADD(...) filter[n++] = (struct sock_filter)__VA_ARGS__
#define LOAD(field) ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field)))
#define GIVE(action) ADD(BPF_STMT(BPF_RET | BPF_K, action))
  LOAD(arch);
  ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
  GIVE(SECCOMP_RET_KILL_PROCESS);
  LOAD(nr);
  ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1));
  GIVE(SECCOMP_RET_ERRNO | ENOSYS);
  for (size_t i = 0; i < COUNT(CALLS); i++) {
    int writes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    switch (CALLS[i].number) {
    case SYS_open:
    case SYS_openat:
      ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[i].number, 0, 4));
      LOAD(args[CALLS[i].number == SYS_open ? 1 : 2]);
      ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, writes, 0, 1));
      GIVE(SECCOMP_RET_TRACE);
      GIVE(SECCOMP_RET_ALLOW);
      break;
    case SYS_ioctl:
      ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 4));
      LOAD(args[1]);
      ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FICLONE, 0, 1));
      GIVE(SECCOMP_RET_TRACE);
      GIVE(SECCOMP_RET_ALLOW);
      break;
    default:
      ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[i].number, 0, 1));
      GIVE(SECCOMP_RET_TRACE);
    }
  }
  GIVE(SECCOMP_RET_ALLOW);
  struct sock_fprog program = {(unsigned short)n, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) die("no new privileges");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) die("seccomp");
}

#endif
