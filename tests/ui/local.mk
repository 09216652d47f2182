# tests of ui/
if HAVE_CMOCKA
check_PROGRAMS += tests/ui/test_canvas tests/ui/test_keys tests/ui/test_prompt
endif
tests_ui_test_canvas_SOURCES = tests/ui/test_canvas.c
tests_ui_test_canvas_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_ui_test_canvas_LDADD = $(TEST_LIBS)
tests_ui_test_keys_SOURCES = tests/ui/test_keys.c
tests_ui_test_keys_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_ui_test_keys_LDADD = $(TEST_LIBS)
tests_ui_test_prompt_SOURCES = tests/ui/test_prompt.c
tests_ui_test_prompt_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_ui_test_prompt_LDADD = $(TEST_LIBS)
