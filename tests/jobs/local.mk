# tests of jobs/
if HAVE_CMOCKA
check_PROGRAMS += tests/jobs/test_audit tests/jobs/test_guard tests/jobs/test_job
endif
tests_jobs_test_audit_SOURCES = tests/jobs/test_audit.c
tests_jobs_test_audit_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_jobs_test_audit_LDADD = $(TEST_LIBS)
tests_jobs_test_guard_SOURCES = tests/jobs/test_guard.c
tests_jobs_test_guard_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_jobs_test_guard_LDADD = $(TEST_LIBS)
tests_jobs_test_job_SOURCES = tests/jobs/test_job.c
tests_jobs_test_job_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_jobs_test_job_LDADD = $(TEST_LIBS)
