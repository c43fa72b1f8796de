/*
 * Runs a command and watches every call of its whole process tree that changes a file system (ptrace(2), seccomp(2)).
 *
 *   supervisor --report FILE [--trace] [--kill WHO:N | --tear WHO:N | --fail WHO:CLASS:N[+]:ERRNO] -- CMD ARG...
 *
 * WHO is `own` (prime's processes), `tool` (uv, `python -m …`, and whatever these start) or `any`; N counts from 1.
 * --kill ends the whole tree by SIGKILL when the N-th call is about to be done; --tear does so when half of it is done,
 * if it is a write; --fail has the N-th call of a class (below; with `+`: and each later one) fail.
 * The report has the counts, whether the fault came, and with --trace a line for each call. The status is the command's;
 * 137 when the tree was killed.
 *
 * Calls that read are not stopped at all. io_uring, which seccomp does not see into, fails with ENOSYS.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if !defined(__linux__) || !defined(__x86_64__)
#error "the supervisor knows the calls of Linux on x86-64 only"
#endif

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
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
  const char *name;
  int number;
} ERRORS[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EROFS", EROFS}, {"EMFILE", EMFILE}, {"EXDEV", EXDEV}, {"EACCES", EACCES}};

enum fault { NONE, KILL, TEAR, FAIL };
static const char *WHO[] = {"own", "tool", "any"};

static enum fault fault = NONE;
static char fault_who[8], fault_class[16];
static long fault_at;
static int fault_error, fault_stays, fired;
static int tracing;
static FILE *report;
static long counts[3];    /* as WHO */
static long fault_counts; /* calls that the fault is about */

static void die(const char *what) {
  fprintf(stderr, "supervisor: %s: %s\n", what, strerror(errno));
  exit(125);
}

/* One task, be it a process or a thread; `group` is its process. */
struct task {
  pid_t id, group;
  int is_tool; /* of a process */
  char program[64];
};
static struct task tasks[4096];
static size_t task_count;

static struct task *find(pid_t id) {
  for (size_t i = 0; i < task_count; i++)
    if (tasks[i].id == id) return &tasks[i];
  return NULL;
}

static void forget(pid_t id) {
  struct task *task = find(id);
  if (task != NULL) *task = tasks[--task_count];
}

/* A process is what its parent is, until it executes something else. */
static struct task *know(pid_t id) {
  struct task *known = find(id);
  if (known != NULL) return known;
  if (task_count == COUNT(tasks)) {
    errno = EAGAIN;
    die("too many tasks");
  }
  char name[64], line[256];
  int group = id, parent = 0;
  snprintf(name, sizeof name, "/proc/%d/status", id);
  FILE *status = fopen(name, "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    sscanf(line, "Tgid: %d", &group);
    sscanf(line, "PPid: %d", &parent);
  }
  if (status != NULL) fclose(status);
  struct task *from = find(group != id ? group : parent);
  struct task *task = &tasks[task_count++];
  if (from != NULL) *task = *from;
  else memset(task, 0, sizeof *task);
  task->id = id;
  task->group = group;
  return task;
}

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

/* After an exec: uv is a tool, and so is a Python that runs a module by `-m`. */
static void look_at_program(struct task *task) {
  char name[64], words[4096] = "", file[PATH_MAX] = "";
  snprintf(name, sizeof name, "/proc/%d/exe", task->id);
  if (readlink(name, file, sizeof file - 1) < 0) return;
  snprintf(task->program, sizeof task->program, "%.60s", last_part(file));
  snprintf(name, sizeof name, "/proc/%d/cmdline", task->id);
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? 0 : read(fd, words, sizeof words - 1);
  if (fd >= 0) close(fd);
  if (strcmp(task->program, "uv") == 0) task->is_tool = 1;
  if (strncmp(task->program, "python", 6) != 0) return;
  for (char *word = words; word < words + length; word += strlen(word) + 1)
    if (strcmp(word, "-m") == 0) task->is_tool = 1;
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

static const struct call *call_of(__u64 number) {
  for (size_t i = 0; i < COUNT(CALLS); i++)
    if (CALLS[i].number == (long)number) return &CALLS[i];
  return NULL;
}

static void kill_all(void) {
  for (size_t i = 0; i < task_count; i++) kill(tasks[i].group, SIGKILL);
  int status;
  pid_t id;
  /* One that was just being made is not known yet: it shows up stopped. */
  while ((id = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR)
    if (id > 0 && WIFSTOPPED(status)) kill(id, SIGKILL);
}

static void finish(int status) {
  fprintf(report, "own %ld\ntool %ld\nany %ld\nfired %d\n", counts[0], counts[1], counts[2], fired);
  if (fclose(report) != 0) die("report");
  exit(status);
}

/* Lets the call fail: the tracer says a number that no call has, and what it gives (seccomp(2), SECCOMP_RET_TRACE). */
static void refuse(pid_t id, int error) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, id, 0, &registers) < 0) return;
  registers.orig_rax = (unsigned long long)-1;
  registers.rax = (unsigned long long)-error;
  ptrace(PTRACE_SETREGS, id, 0, &registers);
}

/* Lets half of a write be done and ends at its return; 0 when this call is no such write. */
static int tear(pid_t id, const struct call *call) {
  struct user_regs_struct registers;
  if ((call->number != SYS_write && call->number != SYS_pwrite64) || ptrace(PTRACE_GETREGS, id, 0, &registers) < 0) return 0;
  registers.rdx /= 2;
  int status;
  if (ptrace(PTRACE_SETREGS, id, 0, &registers) < 0 || ptrace(PTRACE_SYSCALL, id, 0, 0) < 0) return 0;
  return waitpid(id, &status, __WALL) == id;
}

/* `any` stands for all, `growing` for those that can need more room on a disk. */
static int is_of_class(const struct call *call) {
  if (strcmp(fault_class, "any") == 0 || strcmp(fault_class, call->class) == 0) return 1;
  return strcmp(fault_class, "growing") == 0 && strstr("open write mkdir link", call->class) != NULL;
}

/* The holder of a lock touches it by the clock: counted, such calls would give all that follow other numbers in each run. */
static int is_heartbeat(const struct call *call, const char *path) {
  size_t length = strlen(path);
  return strcmp(call->class, "attributes") == 0 && length > 4 && strcmp(path + length - 4, "lock") == 0;
}

static void at_call(pid_t id) {
  struct __ptrace_syscall_info {
    __u8 op, pad[3];
    __u32 arch;
    __u64 ip, sp, number, args[6];
    __u32 data;
  } info;
  if (ptrace(0x420e /* PTRACE_GET_SYSCALL_INFO */, id, sizeof info, &info) <= 0) return;
  const struct call *call = call_of(info.number);
  if (call == NULL) return;
  char path[2 * PATH_MAX];
  if (call->form == FD && !is_regular(id, (int)info.args[call->place])) return;
  path_of(id, call, info.args, path, sizeof path);
  if (strncmp(path, "/dev/", 5) == 0 && strncmp(path, "/dev/shm/", 9) != 0) return;
  if (strncmp(path, "/proc/", 6) == 0) return;
  if (is_heartbeat(call, path)) return;
  struct task *task = know(id);
  struct task *process = find(task->group);
  if (process == NULL) process = task;
  int who = process->is_tool;
  counts[who]++;
  counts[2]++;
  int is_meant = fault != NONE && (strcmp(fault_who, WHO[who]) == 0 || strcmp(fault_who, "any") == 0) &&
                 (fault != FAIL || is_of_class(call));
  if (is_meant) fault_counts++;
  int now = is_meant && (fault_counts == fault_at || (fault_stays && fault_counts > fault_at));
  if (tracing || (now && fault != FAIL) || (now && !fired)) {
    fprintf(report, "%s %s\t%ld\t%s\t%s\t%s\n", now ? "fault" : "call", WHO[who], counts[who], process->program, call->name, path);
  }
  if (!now) return;
  fired = 1;
  if (fault == FAIL) {
    refuse(id, fault_error);
    return;
  }
  if (fault == TEAR) tear(id, call);
  kill_all();
  finish(137);
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

static pid_t start(char **command) {
  int gate[2];
  if (pipe2(gate, O_CLOEXEC) < 0) die("pipe");
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    char byte;
    close(gate[1]);
    if (read(gate[0], &byte, 1) != 1) _exit(125);
    allow_or_trace();
    execvp(command[0], command);
    die(command[0]);
  }
  long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                 PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SEIZE, child, 0, options) < 0) die("ptrace");
  if (write(gate[1], "x", 1) != 1) die("gate");
  close(gate[0]);
  close(gate[1]);
  return child;
}

static int watch(pid_t first) {
  int status, result = 125;
  pid_t id;
  while ((id = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
    if (id < 0) continue;
    if (!WIFSTOPPED(status)) {
      if (id == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      forget(id);
      continue;
    }
    int signal = WSTOPSIG(status), event = status >> 16;
    struct task *task = know(id);
    if (event == PTRACE_EVENT_SECCOMP) at_call(id);
    if (event == PTRACE_EVENT_EXEC) look_at_program(task);
    int stops = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
    if (event == PTRACE_EVENT_STOP && stops) ptrace(PTRACE_LISTEN, id, 0, 0);
    else ptrace(PTRACE_CONT, id, 0, event == 0 ? signal : 0);
  }
  return result;
}

static void take_fault(enum fault kind, const char *text) {
  char plus = '\0', error[16] = "";
  fault = kind;
  int found = kind == FAIL ? sscanf(text, "%7[a-z]:%15[a-z]:%ld%1[+]:%15s", fault_who, fault_class, &fault_at, &plus, error)
                           : sscanf(text, "%7[a-z]:%ld", fault_who, &fault_at);
  if (kind == FAIL && found == 3) found = 1 + sscanf(text, "%7[a-z]:%15[a-z]:%ld:%15s", fault_who, fault_class, &fault_at, error);
  fault_stays = plus == '+';
  for (size_t i = 0; i < COUNT(ERRORS); i++)
    if (strcmp(error, ERRORS[i].name) == 0) fault_error = ERRORS[i].number;
  if (found < 2 || (kind == FAIL && fault_error == 0)) {
    errno = EINVAL;
    die(text);
  }
}

int main(int argc, char **argv) {
  int i = 1;
  for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strcmp(argv[i], "--trace") == 0) tracing = 1;
    else if (i + 1 == argc) break;
    else if (strcmp(argv[i], "--report") == 0) report = fopen(argv[++i], "we");
    else if (strcmp(argv[i], "--kill") == 0) take_fault(KILL, argv[++i]);
    else if (strcmp(argv[i], "--tear") == 0) take_fault(TEAR, argv[++i]);
    else if (strcmp(argv[i], "--fail") == 0) take_fault(FAIL, argv[++i]);
  }
  if (report == NULL || i + 1 >= argc) {
    errno = EINVAL;
    die("arguments");
  }
  finish(watch(start(argv + i + 1)));
}
