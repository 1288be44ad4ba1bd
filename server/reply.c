#include "server/reply.h"

Reply reply_for_address(AddressAnswer answer)
{
	static const Reply replies[] = {
		[ADDRESS_UNKNOWN] = {550, "5.1.1", "no such agent address here"                 },
		[ADDRESS_TAKES_MAIL] = {250, "2.1.5", "recipient ok"                               },
		[ADDRESS_OVER_QUOTA] = {452, "4.3.1", "the recipient's storage is used up"         },
		[ADDRESS_OVER_RATE] = {450, "4.7.1", "too much mail for this recipient, try later"},
	};

	g_assert(answer < G_N_ELEMENTS(replies));
	return replies[answer];
}

Reply reply_for_error(const GError *error)
{
	static const Reply rejected = {550, "5.1.1", "not accepted for this recipient"};
	static const Reply later = {451, "4.3.0", "cannot take this now, try again later"};

	/* Whatever an operator or a user must change first, the sender's queue keeps the mail. */
	if (g_error_matches(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT))
		return rejected;
	return later;
}

Reply reply_for_verdict(const Verdict *verdict)
{
	static const Reply replies[] = {
		[OUTCOME_FILED] = {250, "2.0.0", "filed"        },
		[OUTCOME_HELD] = {250, "2.0.0", "accepted"     },
		[OUTCOME_DUPLICATE] = {250, "2.0.0", "known already"},
		[OUTCOME_REJECTED] = {250, "2.0.0", "accepted"     },
		[OUTCOME_FAILED] = {250, "2.0.0", "kept"         },
	};
	Reply reply;

	if (verdict->error != NULL)
		return reply_for_error(verdict->error);
	g_assert(verdict->outcome < G_N_ELEMENTS(replies));
	reply = replies[verdict->outcome];
	reply.delivery_id = verdict->delivery_id;
	return reply;
}

Reply reply_merge(const Reply *replies, guint count)
{
	Reply merged = replies[0];

	/* 4xx before 5xx before 2xx; the first of its class speaks. */
	for (guint i = 1; i < count; i++) {
		guint have = reply_class(&merged), next = reply_class(&replies[i]);

		if (have != 4 && (next == 4 || (next == 5 && have == 2)))
			merged = replies[i];
	}
	if (count > 1)
		merged.delivery_id = 0;
	return merged;
}

void reply_append(GString *out, const Reply *reply)
{
	g_string_append_printf(out, "%u ", reply->code);
	if (reply->status != NULL)
		g_string_append_printf(out, "%s ", reply->status);
	g_string_append(out, reply->text);
	if (reply->delivery_id != 0)
		g_string_append_printf(out, ", delivery %" G_GINT64_FORMAT, reply->delivery_id);
	g_string_append(out, "\r\n");
}

guint reply_class(const Reply *reply)
{
	return reply->code / 100;
}
