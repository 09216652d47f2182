/* TLS: in use, and the server's certificate verified. */
#include <string.h>

#include "internal.h"
#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/health/health.h"

static const char tls[] = "tls";

static void say_plain(struct preflight *preflight, const struct database *database, const char *mode)
{
	bool is_offered = preflight->server != NULL && strcmp(line_server_text(preflight, "ssl"), "on") == 0;
	line_add(preflight, database, tls, NULL, LINE_FINDING,
	    mem_format("the connection to another machine is not encrypted (sslmode=%s)%s", mode, is_offered ? "" : ", and the server offers no TLS"),
	    mem_copy(is_offered ? "sslmode = verify-full and sslrootcert in pgtend.ini" : "ssl = on, ssl_cert_file and ssl_key_file in postgresql.conf"));
}

static void say_encrypted(struct preflight *preflight, const struct database *database, const struct session *session, const char *mode, bool is_local)
{
	struct session_tls seen;
	enum line_state bad = is_local ? LINE_NOTE : LINE_FINDING;
	session_tls_read(session, &seen);
	if (!seen.is_verified)
		line_add(preflight, database, tls, NULL, bad, mem_format("encrypted, but whose certificate it is was not verified (sslmode=%s)", mode),
		    mem_copy("sslmode = verify-full and sslrootcert in pgtend.ini"));
	else if (strcmp(mode, "prefer") == 0 || strcmp(mode, "allow") == 0)
		/* libpq connects once more without TLS then, and says nothing */
		line_add(preflight, database, tls, NULL, bad, mem_format("encrypted and verified, but where that fails sslmode=%s goes on without", mode),
		    mem_copy("sslmode = verify-full in pgtend.ini"));
	else
		line_add(preflight, database, tls, NULL, LINE_OK, mem_format("encrypted, the server's certificate is verified%s (sslmode=%s)",
		    seen.is_name_verified ? "" : ", its name is not", mode), NULL);
	session_tls_done(&seen);
}

/* A socket and the loopback leave no cable to listen at. */
static void look(struct preflight *preflight, struct database *database, struct session *session)
{
	const char *mode = conninfo_effective(database->info, "sslmode");
	bool is_local = trust_is_local(database->info), is_encrypted = session_is_tls(session);
	if (mode == NULL)
		mode = "prefer";
	if (!is_encrypted && is_local)
		line_add(preflight, database, tls, NULL, LINE_SKIPPED, mem_copy("the connection does not leave this machine"), NULL);
	else if (!is_encrypted)
		say_plain(preflight, database, mode);
	else
		say_encrypted(preflight, database, session, mode, is_local);
}

/* What the threshold engine knows of the server besides, in numbers: the certificate's end, sessions without TLS. Our own connection was told above. */
static void add_findings(struct preflight *preflight, struct database *database)
{
	const struct health_check *check = health_check_find(tls);
	struct health health;
	if (check == NULL || database_facts(database, FACT_TLS)->table == NULL)
		return;
	health_check_run(preflight->fleet, database, check, &health);
	for (int i = 0; i < health.finding_count; i++) {
		const struct finding *finding = &health.findings[i];
		if (finding->measure_count > 0 && (finding->verdict == VERDICT_WARN || finding->verdict == VERDICT_CRIT))
			line_add(preflight, database, tls, finding->subject, LINE_FINDING, mem_copy(finding->reason), mem_copy(finding->mend));
	}
	health_done(&health);
}

void line_tls(struct preflight *preflight, struct database *database, struct session *session, bool is_first_of_server)
{
	look(preflight, database, session);
	if (is_first_of_server)
		add_findings(preflight, database);
}
