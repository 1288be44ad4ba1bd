#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* What both may do: memory, time, and what they already hold. */
static const char *const shared_calls[] = {"brk", "mmap", "munmap", "mremap", "madvise", "mprotect",
	"read", "readv", "pread64", "write", "writev", "lseek", "close", "fstat", "newfstatat",
	"fcntl", "recvmsg", "recvfrom", "sendmsg", "sendto", "shutdown", "getsockopt", "setsockopt",
	"getsockname", "getpeername", "poll", "ppoll", "select", "pselect6", "futex",
	"gettimeofday", "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep",
	"getrandom", "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall", "exit",
	"exit_group", "sched_yield", "sched_getaffinity", "rseq", "membarrier", "set_robust_list",
	"time", "uname", "sysinfo", "getrusage", "prlimit64"};

static const char *const listener_calls[] = {"accept4", "accept", "epoll_create1", "epoll_ctl",
	"epoll_wait", "epoll_pwait", "epoll_pwait2", "timerfd_create", "timerfd_settime",
	"eventfd2", "memfd_create", "ioctl"};

/* Reading files and the terminal questions that stdio asks. */
static const char *const worker_calls[] = {"connect", "access", "faccessat", "faccessat2", "stat",
	"lstat", "statx", "readlink", "readlinkat", "getdents64", "getcwd", "statfs", "fstatfs",
	"fadvise64", "ioctl", "dup", "epoll_create1", "epoll_ctl", "epoll_wait",
	/* the resolver of names, and the bound on reading a mail again */
	"sendmmsg", "alarm"};

static gboolean allow(scmp_filter_ctx filter, const char *const *names, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);
		int result;

		/* A name that this machine does not have needs no permission. */
		if (call == __NR_SCMP_ERROR)
			continue;
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
		if (result != 0 && result != -EDOM)
			return FALSE;
	}
	return TRUE;
}

/* Signals, for abort(), and limits: its own only. */
static gboolean allow_itself(scmp_filter_ctx filter)
{
	if (seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_EQ, 0)) != 0)
		return FALSE;
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())) == 0;
}

/* open() for reading only, sockets of the families that a database has. */
static gboolean allow_database(scmp_filter_ctx filter)
{
	static const int families[] = {AF_UNIX, AF_INET, AF_INET6};
	const scmp_datum_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

	for (guint i = 0; i < G_N_ELEMENTS(families); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
			    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i])) != 0)
			return FALSE;
	if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0)) != 0)
		return FALSE;
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
		       SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0)) != -EINVAL;
}

static gboolean filter_calls(Sandbox sandbox)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	gboolean done;

	if (filter == NULL)
		return FALSE;
	done = allow(filter, shared_calls, G_N_ELEMENTS(shared_calls)) && allow_itself(filter);
	if (sandbox == SANDBOX_WORKER)
		done = done && allow(filter, worker_calls, G_N_ELEMENTS(worker_calls)) &&
		       allow_database(filter);
	else
		done = done && allow(filter, listener_calls, G_N_ELEMENTS(listener_calls));
	done = done && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return done;
}

gboolean sandbox_enter(Sandbox sandbox, char **why)
{
	const struct rlimit none = {0, 0};

	*why = NULL;
	setrlimit(RLIMIT_CORE, &none);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		*why = g_strdup("this kernel lacks no_new_privs");
	else if (sandbox != SANDBOX_PLAIN && !filter_calls(sandbox))
		*why = g_strdup("seccomp could not be set up");
	return *why == NULL;
}
