/* Encryption: the end of the server's certificate, and in production whoever comes without TLS. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"

static bool is_true(const struct table *table, const char *column)
{
	return table_get_int(table, 0, column, 0) != 0;
}

static char *date_words(const struct table *table)
{
	int column = table_column(table_shape(table), "valid_until");
	char *text = table_cell_text(table, 0, column);
	return text;
}

static void judge_certificate(struct judging *judging, const struct table *table)
{
	if (!fact_has(table, 0, "left_s"))
		return;
	char age[UNITS_SIZE], *until = date_words(table);
	double left_s = table_get_real(table, 0, "left_s", 0);
	struct finding *finding = finding_new(judging, NULL);
	enum verdict verdict = finding_weigh_floor(judging, finding, "certificate_left", left_s);
	char *text = left_s < 0 ? mem_format("the server's certificate has ended %s ago (%s)", finding_age(age, -left_s), until)
	                        : mem_format("the server's certificate ends in %s (%s)", finding_age(age, left_s), until);
	finding_raise(finding, verdict, text);
	if (verdict != VERDICT_OK)
		finding->mend = mem_copy("put a new certificate in ssl_cert_file and ssl_key_file, then: select pg_reload_conf()");
	mem_free(until);
}

/* What development may do, production should not. */
static void judge_own(struct judging *judging, const struct table *table)
{
	bool is_production = judging->database->environment == ENVIRONMENT_PRODUCTION;
	const char *mode = table_get_text(table, 0, "mode");
	struct finding *finding = finding_new(judging, NULL);
	if (is_true(table, "is_tls")) {
		finding->note = mem_format("%s, certificate %s", table_get_text(table, 0, "protocol") != NULL ? table_get_text(table, 0, "protocol") : "TLS",
			is_true(table, "is_name_verified") ? "and name verified" : is_true(table, "is_verified") ? "verified" : "not verified");
	} else if (is_true(table, "is_local")) {
		finding->note = mem_copy("reached on this machine, through no network");
	} else {
		finding_raise(finding, is_production ? VERDICT_WARN : VERDICT_OK, mem_format("reached without TLS (sslmode=%s)", mode != NULL ? mode : "prefer"));
		if (is_production)
			finding->mend = mem_copy(is_true(table, "is_offered") ? "sslmode = verify-full in pgtend.ini, with sslrootcert" :
				"turn ssl on at the server, then sslmode = verify-full in pgtend.ini, with sslrootcert");
	}
}

static void say_hidden(struct judging *judging)
{
	struct finding *finding = finding_new(judging, NULL);
	finding->note = mem_copy("whether the sessions of others are encrypted is hidden from this role");
	finding->mend = judging_grant(judging, "pg_monitor");
}

static void judge_others(struct judging *judging, const struct table *table)
{
	if (!fact_has(table, 0, "plain")) {
		if (table_get(table, 0, "plain")->missing == MISSING_PRIVILEGE)
			say_hidden(judging);
		return;
	}
	int64_t plain = table_get_int(table, 0, "plain", 0);
	struct finding *finding = finding_new(judging, NULL);
	finding_measure(finding, "plain", (double)plain);
	finding_measure_fact(finding, "encrypted", table, 0, "encrypted");
	if (plain == 0)
		return;
	struct words who = {0};
	words_split(&who, table_get_text(table, 0, "plain_by") != NULL ? table_get_text(table, 0, "plain_by") : "", "\n");
	char *names = words_join(&who, ", ");
	finding_raise(finding, judging->database->environment == ENVIRONMENT_PRODUCTION ? VERDICT_WARN : VERDICT_OK,
		mem_format("%lld session%s from other machines without TLS: %s", (long long)plain, plain == 1 ? "" : "s", names));
	finding->mend = mem_copy("hostssl instead of host in pg_hba.conf, and sslmode=require or better at those clients");
	mem_free(names);
	words_done(&who);
}

static void judge_tls(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_TLS);
	if (table == NULL || table_rows(table) == 0)
		return;
	judge_own(judging, table);
	judge_certificate(judging, table);
	judge_others(judging, table);
}

static const enum fact tls_facts[] = {FACT_TLS, FACT_COUNT};
static const struct measure_kind tls_measures[] = {
	{"certificate_left", MEASURE_SECONDS, "tls_expires", "Time until the server's certificate ends; negative: it has ended."},
	{"plain", MEASURE_COUNT, NULL, "Sessions that come from other machines without TLS."},
	{"encrypted", MEASURE_COUNT, NULL, "Sessions that are encrypted."},
	{0},
};
const struct health_check check_tls = {"tls", NULL, tls_facts, false, tls_measures,
	"end of the server's certificate, connections without TLS", "nothing is known of its TLS", judge_tls};
