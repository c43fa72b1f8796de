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
#if !defined(__linux__) || !defined(__x86_64__)
#error "the supervisor knows the calls of Linux on x86-64 only"
#endif

#define _GNU_SOURCE
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "calls.h"
#include "tasks.h"

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
