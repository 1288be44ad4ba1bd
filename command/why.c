#include "command/why.h"

static const struct {
	const char *signal, *won, *lost; /* lost NULL: as the sender's standing says */
} reasons[] = {
	{"token",         "it came to the case's own address",
         "who has a case's address has proven nothing; or a person had put the mail "
		"elsewhere"								   },
	{"tag",           "it carries the case's own mark",
         "the mark counts only for who takes part in the case, and less than ids"             },
	{"message_id",    "it is a mail of this case, by its Message-ID",                 NULL},
	{"references",    "it names a mail of this case",                                 NULL},
	{"presumed_id",   "it is the mail that the forward's last reference names",       NULL},
	{"thread_index",  "it is of the same Outlook conversation",                       NULL},
	{"conversation",  "it is of the same conversation in the mailbox",                NULL},
	{"quoted",        "it quotes a mail of this case",                                NULL},
	{"content",       "author, subject, time and text are those of a mail here",      NULL},
	{"same_delivery", "it came in one forward with another that opened the case",     NULL},
	{"same_bytes",    "the same bytes came before",                                   NULL},
	{"new",           "nothing placed it elsewhere: a case was opened for it",        NULL},
	{"continued",     "the case of what it names is closed, and goes on in this one", NULL},
	{"released",      "a person put it there",                                        NULL},
	{"by_subject",    "a user's mail, its subject and people fit one matter only",
         "more than one matter fits, or somebody else wrote it"                               },
	{"subject",       "subject and people are the same",
         "a subject and people alone are never more than a suggestion"                        },
	{"number",        "both name the same number of the tenant",
         "a number in a text is never more than a suggestion"                                 },
	{"reused_id",     "its Message-ID is another mail's, too",
         "its Message-ID is that of another mail there, with other content"                   },
	{"no_token",      "the word behind the plus is no case's",
         "the word behind the plus is no case's (any more)"                                   },
};

static const struct {
	const char *standing, *lost;
} standings[] = {
	{"nobody",
         "what a mail names proves nothing about its sender, and he takes part in no case"    },
	{"known",  "the sender takes no part in this case"                                    },
	{"user",   "another case is nearer, a person decided otherwise, or this one is closed"},
};

const char *why_text(const char *signal, gboolean is_chosen, const char *standing)
{
	for (guint i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (g_strcmp0(reasons[i].signal, signal) == 0 && (is_chosen || reasons[i].lost))
			return is_chosen ? reasons[i].won : reasons[i].lost;
	if (is_chosen)
		return "it was placed by this";
	for (guint i = 0; i < G_N_ELEMENTS(standings); i++)
		if (g_strcmp0(standings[i].standing, standing) == 0)
			return standings[i].lost;
	return "something else was better";
}
