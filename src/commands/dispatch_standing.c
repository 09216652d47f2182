/* What ran where, when a command over several databases did not end well everywhere. */
#include "dispatch.h"

#include "pgtend/core/mem.h"

enum standing { STANDING_DONE, STANDING_DIFFERS, STANDING_PARTLY, STANDING_FAILED, STANDING_CANCELLED, STANDING_NOT_BEGUN, STANDING_COUNT };

static enum standing standing_of(const struct command_run *run, const struct job *job)
{
	switch (job->state) {
	case JOB_DONE:
		return STANDING_DONE;
	case JOB_FAILED:
		if (job->err.kind == ERR_DRIFT && run->command->verb->only_looks)
			return STANDING_DIFFERS;
		return job->err.kind == ERR_PARTIAL ? STANDING_PARTLY : STANDING_FAILED;
	case JOB_CANCELLED:
		/* Who was still waiting was begun and ended at the same moment. */
		return job->started_us == job->ended_us ? STANDING_NOT_BEGUN : STANDING_CANCELLED;
	case JOB_SKIPPED:
		return job->err.kind == ERR_UNSUPPORTED ? STANDING_DONE : STANDING_NOT_BEGUN;
	default:
		return STANDING_NOT_BEGUN;
	}
}

static bool is_told(const struct slot *slot)
{
	/* Without what it is for: nothing to do there, and said so already. */
	return slot->action.database != NULL &&
	       !(slot->job->state == JOB_SKIPPED && slot->job->err.kind == ERR_UNSUPPORTED);
}

static void add_names(struct text *out, const struct command_run *run, enum standing standing, const char *word)
{
	bool is_first = true;
	for (int i = 0; i < run->slot_count; i++) {
		const struct slot *slot = &run->slots[i];
		if (!is_told(slot) || standing_of(run, slot->job) != standing)
			continue;
		text_addf(out, "%s%s", !is_first ? ", " : out->length > 0 ? "; " : "", is_first ? word : "");
		text_addf(out, "%s%s", is_first ? ": " : "", slot->action.database->name);
		is_first = false;
	}
}

char *command_standing(const struct command_run *run)
{
	static const char *const words[] = {[STANDING_DONE] = "done",
	    [STANDING_DIFFERS] = "different",
	    [STANDING_PARTLY] = "partly done",
	    [STANDING_FAILED] = "failed",
	    [STANDING_CANCELLED] = "cancelled",
	    [STANDING_NOT_BEGUN] = "not begun"};
	struct text out = {0};
	int bad = 0, told = 0;
	for (int i = 0; i < run->slot_count; i++) {
		told += is_told(&run->slots[i]);
		bad += standing_of(run, run->slots[i].job) != STANDING_DONE;
	}
	if (bad == 0 || told < 2)
		return NULL;
	for (int standing = 0; standing < STANDING_COUNT; standing++)
		add_names(&out, run, (enum standing)standing, words[standing]);
	return text_take(&out);
}
