/* The processes and threads that are watched, and whether each is a tool's (proc(5)). */
#ifndef TASKS_H
#define TASKS_H
#include <fcntl.h>
#include <limits.h>
#include <sys/types.h>

#include "die.h"

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

#endif
