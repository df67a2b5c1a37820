// SPDX-License-Identifier: GPL-2.0
/* The sysctls: what is taken, what is refused, and that a refusal changes nothing. */
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "kselftest_harness.h"

#include "clock.h"
#include "setting.h"
#include "kmsg.h"
#include "modload.h"
#include "netns.h"
#include "caps.h"

#define MEGABYTE	(1024 * 1024)

/* A namespace to try things in, and an eye on the log. */
FIXTURE(sysctl) {
	int ns;
	int init_ns;
	int kmsg;
};

FIXTURE_SETUP(sysctl)
{
	self->kmsg = kmsg_open();
	self->ns = netns_new();
	self->init_ns = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->init_ns);
	netns_enter(self->ns);
}

FIXTURE_TEARDOWN(sysctl)
{
	EXPECT_FALSE(kmsg_find(self->kmsg, ""));
	close(self->ns);
}

struct input {
	const char *text;
	size_t len;
};

#define INPUT(s) { (s), sizeof(s) - 1 }

static const struct input never[] = {
	INPUT(""), INPUT("\n"), INPUT(" "), INPUT(" \t\n"), INPUT("-1"),
	INPUT("-0x1"), INPUT("600001"), INPUT("4294967295"), INPUT("4294967296"),
	INPUT("18446744073709551616"), INPUT("99999999999999999999999999999"),
	INPUT("abc"), INPUT("1x"), INPUT("x1"), INPUT("1 monkey"), INPUT("1 2"),
	INPUT("1\n2"), INPUT("1,2"), INPUT("1.5"), INPUT("1e3"), INPUT("--1"),
	INPUT("+"), INPUT("0x"), INPUT("1\0"), INPUT("\0001"), INPUT("1\0000"),
	INPUT("\0"), INPUT("\377"), INPUT("1s"), INPUT("one"),
};

#define N_NEVER (sizeof(never) / sizeof(never[0]))

static bool refused(const char *path, const struct input *in)
{
	const long old = setting_get(-1, path);
	const int err = setting_write(-1, path, in->text, in->len);
	const long new = setting_get(-1, path);

	if (err == -EINVAL && new == old)
		return true;
	fprintf(stderr, "# '%.32s' to %s: error %d, was %ld, is %ld\n", in->text,
		path, -err, old, new);
	return false;
}

TEST_F(sysctl, garbage_is_refused)
{
	static const char * const paths[] = {
		SETTING("time_wait_ms"), SETTING("time_wait_guard"), SETTING("histograms"),
		SETTING_ALIAS,
	};
	unsigned int i, j;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		for (j = 0; j < N_NEVER; j++)
			EXPECT_TRUE(refused(paths[i], &never[j]));
}

TEST_F(sysctl, out_of_range_is_refused)
{
	static const struct {
		const char *path;
		const char *text;
	} cases[] = {
		{ SETTING("time_wait_ms"), "600001" },
		{ SETTING("time_wait_guard"), "2" },
		{ SETTING("histograms"), "2" },
		{ SETTING_ALIAS, "0" },
		{ SETTING_ALIAS, "601" },
		/* times 1000 it fits into 32 bits again */
		{ SETTING_ALIAS, "4294968" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct input in = {
			cases[i].text, strlen(cases[i].text)
		};

		EXPECT_TRUE(refused(cases[i].path, &in));
	}
}

TEST_F(sysctl, a_megabyte_is_refused)
{
	static const char fill[] = { '1', ' ', '0', '\n', '\0', 'x' };
	struct input in = { .len = MEGABYTE };
	unsigned int i;
	char *big;

	big = malloc(MEGABYTE);
	ASSERT_NE(NULL, big);
	in.text = big;
	for (i = 0; i < sizeof(fill); i++) {
		memset(big, fill[i], MEGABYTE - 1);
		big[MEGABYTE - 1] = '\n';
		EXPECT_TRUE(refused(SETTING("time_wait_ms"), &in));
		EXPECT_TRUE(refused(SETTING("time_wait_guard"), &in));
		EXPECT_TRUE(refused(SETTING_ALIAS, &in));
		EXPECT_EQ(-EINVAL, setting_write(-1, SETTING("time_wait_purge"), big,
						 MEGABYTE));
	}
	free(big);
}

TEST_F(sysctl, white_space_around_is_taken)
{
	static const struct {
		const char *text;
		long value;
	} cases[] = {
		{ "0", 0 }, { "0\n", 0 }, { "600000\n", 600000 },
		{ " 1000\t\n", 1000 }, { "\t1001", 1001 }, { "1002\n\n", 1002 },
		{ "+1003", 1003 }, { "0x3e8", 1000 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EXPECT_EQ(0, setting_write(-1, SETTING("time_wait_ms"), cases[i].text,
					   strlen(cases[i].text)));
		EXPECT_EQ(cases[i].value, setting_get(-1, SETTING("time_wait_ms")));
	}
}

TEST_F(sysctl, a_write_is_the_whole_number)
{
	int fd = open(SETTING("time_wait_ms"), O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, pwrite(fd, "5", 1, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(60000, setting_get(-1, SETTING("time_wait_ms")));

	/* In two parts: the first is a number by itself, the second is none. */
	EXPECT_EQ(2, write(fd, "12", 2));
	EXPECT_EQ(-1, write(fd, "34\n", 3));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(12, setting_get(-1, SETTING("time_wait_ms")));

	EXPECT_EQ(0, lseek(fd, 0, SEEK_SET));
	EXPECT_EQ(4, write(fd, "1234", 4));
	EXPECT_EQ(1234, setting_get(-1, SETTING("time_wait_ms")));
	close(fd);
}

TEST_F(sysctl, reads_in_pieces_are_the_same)
{
	int fd = open(SETTING("time_wait_ms"), O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	unsigned int n = 0;

	ASSERT_LE(0, fd);
	while (n < sizeof(text) && read(fd, text + n, 1) == 1)
		n++;
	EXPECT_EQ(6, n);
	EXPECT_STREQ("60000\n", text);
	memset(text, 0, sizeof(text));
	EXPECT_EQ(4, pread(fd, text, 8, 2));
	EXPECT_STREQ("000\n", text);
	EXPECT_EQ(0, pread(fd, text, 8, 6));
	EXPECT_EQ(0, pread(fd, text, 8, 1000));
	close(fd);
}

TEST_F(sysctl, defaults)
{
	EXPECT_EQ(60000, setting_get(-1, SETTING("time_wait_ms")));
	EXPECT_EQ(1, setting_get(-1, SETTING("time_wait_guard")));
	EXPECT_EQ(1, setting_get(-1, SETTING("histograms")));
	EXPECT_EQ(60, setting_get(-1, SETTING_ALIAS));
}

TEST_F(sysctl, alias_is_the_same_in_seconds)
{
	setting_set(-1, SETTING_ALIAS, 1);
	EXPECT_EQ(1000, setting_get(-1, SETTING("time_wait_ms")));
	setting_set(-1, SETTING_ALIAS, 600);
	EXPECT_EQ(600000, setting_get(-1, SETTING("time_wait_ms")));
	setting_set(-1, SETTING("time_wait_ms"), 1500);
	EXPECT_EQ(2, setting_get(-1, SETTING_ALIAS));
	setting_set(-1, SETTING("time_wait_ms"), 2000);
	EXPECT_EQ(2, setting_get(-1, SETTING_ALIAS));
	setting_set(-1, SETTING("time_wait_ms"), 0);
	EXPECT_EQ(0, setting_get(-1, SETTING_ALIAS));
}

TEST_F(sysctl, namespaces_do_not_share)
{
	int other = netns_new();

	setting_set(-1, SETTING("time_wait_ms"), 1000);
	setting_set(-1, SETTING("time_wait_guard"), 0);
	setting_set(other, SETTING_ALIAS, 7);
	EXPECT_EQ(1000, setting_get(-1, SETTING("time_wait_ms")));
	EXPECT_EQ(7000, setting_get(other, SETTING("time_wait_ms")));
	EXPECT_EQ(1, setting_get(other, SETTING("time_wait_guard")));
	EXPECT_EQ(60000, setting_get(self->init_ns, SETTING("time_wait_ms")));
	close(other);
}

TEST_F(sysctl, purge_is_for_writing_1)
{
	static const char * const no[] = { "0", "2", "", "\n", "x", "1 1", "-1" };
	struct stat st;
	unsigned int i;

	ASSERT_EQ(0, stat(SETTING("time_wait_purge"), &st));
	EXPECT_EQ(0200, st.st_mode & 07777);
	EXPECT_EQ(-1, open(SETTING("time_wait_purge"), O_RDONLY | O_CLOEXEC));
	EXPECT_EQ(EACCES, errno);
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		EXPECT_EQ(-EINVAL, setting_write(-1, SETTING("time_wait_purge"), no[i],
						 strlen(no[i])));
	EXPECT_EQ(0, setting_write(-1, SETTING("time_wait_purge"), "1\n", 2));
}

TEST_F(sysctl, modes)
{
	static const char * const paths[] = {
		SETTING("time_wait_ms"), SETTING("time_wait_guard"), SETTING("histograms"),
		SETTING_ALIAS,
	};
	struct stat st;
	unsigned int i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ASSERT_EQ(0, stat(paths[i], &st));
		EXPECT_EQ(0644, st.st_mode & 07777) TH_LOG("%s", paths[i]);
	}
}

static int set_to_1000(void *unused)
{
	return setting_write(-1, SETTING("time_wait_ms"), "1000", 4);
}

static int set_as_nobody(void *unused)
{
	become_nobody();
	return set_to_1000(NULL);
}

static int set_without_capabilities(void *unused)
{
	drop_capabilities();
	return set_to_1000(NULL);
}

static int alias_without_capabilities(void *unused)
{
	drop_capabilities();
	return setting_write(-1, SETTING_ALIAS, "1", 1);
}

static int purge_without_capabilities(void *unused)
{
	drop_capabilities();
	return setting_write(-1, SETTING("time_wait_purge"), "1", 1);
}

TEST_F(sysctl, needs_net_admin)
{
	EXPECT_EQ(-EACCES, in_child(set_as_nobody, NULL));
	EXPECT_EQ(-EPERM, in_child(set_without_capabilities, NULL));
	EXPECT_EQ(-EPERM, in_child(alias_without_capabilities, NULL));
	EXPECT_EQ(-EPERM, in_child(purge_without_capabilities, NULL));
	EXPECT_EQ(60000, setting_get(-1, SETTING("time_wait_ms")));
	EXPECT_EQ(0, in_child(set_to_1000, NULL));
	EXPECT_EQ(1000, setting_get(-1, SETTING("time_wait_ms")));
}

/* The opener's capabilities do not count, the writer's do. */
static int write_what_root_opened(void *arg)
{
	const int fd = *(int *)arg;

	become_nobody();
	return write(fd, "1000", 4) < 0 ? -errno : 0;
}

TEST_F(sysctl, an_open_file_is_no_permission)
{
	int fd = open(SETTING("time_wait_ms"), O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EPERM, in_child(write_what_root_opened, &fd));
	EXPECT_EQ(60000, setting_get(-1, SETTING("time_wait_ms")));
	close(fd);
}

static int set_parents_from_user_namespace(void *unused)
{
	become_nobody();
	enter_user_namespace();
	return set_to_1000(NULL);
}

static int set_own_from_user_namespace(void *unused)
{
	int err;

	become_nobody();
	enter_user_namespace();
	if (unshare(CLONE_NEWNET))
		return -errno;
	err = set_to_1000(NULL);
	if (!err && setting_get(-1, SETTING("time_wait_ms")) != 1000)
		die("written, but not changed");
	return err;
}

TEST_F(sysctl, user_namespace_tunes_what_it_owns)
{
	EXPECT_EQ(-EACCES, in_child(set_parents_from_user_namespace, NULL));
	EXPECT_EQ(60000, setting_get(-1, SETTING("time_wait_ms")));
	EXPECT_EQ(0, in_child(set_own_from_user_namespace, NULL));
	EXPECT_EQ(60000, setting_get(-1, SETTING("time_wait_ms")));
}

TEST_F(sysctl, inherit_is_in_the_initial_namespace_only)
{
	EXPECT_EQ(-ENOENT, setting_write(-1, SETTING("inherit"), "1", 1));
	EXPECT_EQ(0, setting_get(self->init_ns, SETTING("inherit")));
	EXPECT_EQ(-EINVAL, setting_write(self->init_ns, SETTING("inherit"), "2", 1));
}

TEST_F(sysctl, inherit)
{
	int before, after;

	setting_set(self->init_ns, SETTING("time_wait_ms"), 1234);
	setting_set(self->init_ns, SETTING("time_wait_guard"), 0);
	before = netns_new();
	setting_set(self->init_ns, SETTING("inherit"), 1);
	after = netns_new();
	/* Back to what it was before anything can fail. */
	setting_set(self->init_ns, SETTING("inherit"), 0);
	setting_set(self->init_ns, SETTING("time_wait_ms"), 60000);
	setting_set(self->init_ns, SETTING("time_wait_guard"), 1);

	EXPECT_EQ(60000, setting_get(before, SETTING("time_wait_ms")));
	EXPECT_EQ(1, setting_get(before, SETTING("time_wait_guard")));
	EXPECT_EQ(1234, setting_get(after, SETTING("time_wait_ms")));
	EXPECT_EQ(0, setting_get(after, SETTING("time_wait_guard")));
	EXPECT_EQ(60000, setting_get(self->ns, SETTING("time_wait_ms")));
	close(before);
	close(after);
}

int main(int argc, char **argv)
{
	module_needed();
	return test_harness_run(argc, argv);
}
