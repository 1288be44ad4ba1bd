#include "forward/labels.h"
#include "forward/phrasebook.h"

static const struct {
	const char *line;
	Label label;
	const char *value, *language; /* one of the languages */
} labels[] = {
	{"Von: Anna",                    LABEL_FROM,     "Anna",          "de"},
	{"*Von:* Anna",                  LABEL_FROM,     "Anna",          "de"},
	{"*Von*: Anna",                  LABEL_FROM,     "Anna",          "de"},
	{"**Gesendet am:** Montag",      LABEL_DATE,     "Montag",        "de"},
	{"  VON :\tAnna",                LABEL_FROM,     "Anna",          "de"},
	{"De\xc2\xa0: Anna",             LABEL_FROM,     "Anna",          "fr"},
	{"\xe2\x80\x8e"
	 "Cc:\xe2\x80\x8f *x*", LABEL_CC,       "*x*",           "en"},
	{"A\xcc\x80 : Bo",               LABEL_TO,       "Bo",            "fr"},
	{"Envoyé le : lundi",           LABEL_DATE,     "lundi",         "fr"},
	{"Envoye\xcc\x81 : lundi",       LABEL_DATE,     "lundi",         "fr"},
	{"Kopie (CC): Bo",               LABEL_CC,       "Bo",            "de"},
	{"Reply-To: a@example.com",      LABEL_REPLY_TO, "a@example.com", "en"},
	{"Wichtigkeit: Hoch",            LABEL_OTHER,    "Hoch",          "de"},
	{"Betreff:",		     LABEL_SUBJECT,  "",              "de"},
	{"Subject： x",                 LABEL_SUBJECT,  "x",             "en"},
	{"Vonwegen: nein",               LABEL_NONE,     NULL,            NULL},
	{"Von Anna: ja",                 LABEL_NONE,     NULL,            NULL},
	{"From Anna",                    LABEL_NONE,     NULL,            NULL},
	{"",			     LABEL_NONE,     NULL,            NULL},
	{"*",			    LABEL_NONE,     NULL,            NULL},
};

static void test_labels(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
		const char *value = NULL;
		Languages languages = 0;
		Label label = label_parse(labels[i].line, &value, &languages);

		g_test_message("%s", labels[i].line);
		g_assert_cmpint(label, ==, labels[i].label);
		g_assert_cmpstr(value, ==, labels[i].value);
		if (label != LABEL_NONE)
			g_assert_cmpuint(languages & language_of(labels[i].language), !=, 0);
	}
}

static void test_label_find(void)
{
	const char *line = "Von: Anna Gesendet: 2. März 14:05 An: b@example.com Betreff: An Cc";
	const char *at = line, *start = NULL, *value = NULL;
	const Label want[] = {LABEL_FROM, LABEL_DATE, LABEL_TO, LABEL_SUBJECT, LABEL_NONE};

	for (guint i = 0; i < G_N_ELEMENTS(want); i++) {
		g_assert_cmpint(label_find(at, &start, &value, NULL), ==, want[i]);
		at = value;
	}
	g_assert_cmpstr(start, ==, "Betreff: An Cc");
	g_assert_cmpstr(value, ==, "An Cc");
}

static const struct {
	const char *line;
	Mark mark;
	const char *value;
} marks[] = {
	{"---------- Forwarded message ---------",                              MARK_FORWARD,  NULL        },
	{"-------- Weitergeleitete Nachricht --------",                         MARK_FORWARD,  NULL        },
	{"Anfang der weitergeleiteten Nachricht:",                              MARK_FORWARD,  NULL        },
	{"Begin forwarded message:",					    MARK_FORWARD,  NULL        },
	{"-----Ursprüngliche Nachricht-----",                                  MARK_ORIGINAL, NULL        },
	{"-----Original-Nachricht-----",                                        MARK_ORIGINAL, NULL        },
	{"________________________________",                                    MARK_RULE,     NULL        },
	{"----",								MARK_RULE,     NULL        },
	{"-- ",								 MARK_NONE,     NULL        },
	{"---",								 MARK_NONE,     NULL        },
	{"Forwarded message",						   MARK_NONE,     NULL        },
	{"Ursprüngliche Nachricht von gestern:",                               MARK_NONE,     NULL        },
	{"Weitergeleitet von der Zentrale",                                     MARK_NONE,     NULL        },
	{"----- Weitergeleitet von Anna Muster/ACME am 02.03.2026 14:05 -----", MARK_FORWARD,
         "Anna Muster/ACME am 02.03.2026 14:05 -----"                                                      },
	{"-------- Ursprüngliche Nachricht --------Von: Anna Datum: 02.03.26", MARK_ORIGINAL,
         "Von: Anna Datum: 02.03.26"								       },
	{"---------- Forwarded message ---------- From: Anna",                  MARK_FORWARD,  "From: Anna"},
	{"*---- Forwarded Message ----*",                                       MARK_FORWARD,  NULL        },
	{"-------- Message transféré --------",                               MARK_FORWARD,  NULL        },
	{"-------- Doorgestuurd bericht --------",                              MARK_FORWARD,  NULL        },
	{"Inizio messaggio inoltrato:",					 MARK_FORWARD,  NULL        },
	{"Inicio del mensaje reenviado:",                                       MARK_FORWARD,  NULL        },
	{"Start på videresendt besked:",                                       MARK_FORWARD,  NULL        },
	{"Początek przekazanej wiadomości:",                                  MARK_FORWARD,  NULL        },
	{"Начало переадресованного сообщения:", MARK_FORWARD,  NULL        },
	{"-----邮件原件-----",					      MARK_ORIGINAL, NULL        },
	{"------------------ 原始邮件 ------------------",                  MARK_ORIGINAL, NULL        },
	{"開始轉寄郵件：",					       MARK_FORWARD,  NULL        },
	{"-----元のメッセージ-----",				     MARK_ORIGINAL, NULL        },
	{"----- Forwarded by Anna Muster/ACME on 03/02/2026 02:05 PM -----",    MARK_FORWARD,
         "Anna Muster/ACME on 03/02/2026 02:05 PM -----"                                                   },
	{"----- End forwarded message -----",                                   MARK_END,      NULL        },
	{"This is a forwarded message",					 MARK_FORWARD,  NULL        },
	{"This is a forwarded message from Anna",                               MARK_NONE,     NULL        },
	{"===8<====Original message text====",                                  MARK_ORIGINAL, NULL        },
	{"Forwarded message: see below",                                        MARK_NONE,     NULL        },
	{"- Original Message",						  MARK_NONE,     NULL        },
	{"---- Angebot ----",						   MARK_NONE,     NULL        },
	{"",								    MARK_NONE,     NULL        },
};

static void test_marks(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(marks); i++) {
		const char *value = "unset";

		g_test_message("%s", marks[i].line);
		g_assert_cmpint(mark_parse(marks[i].line, &value), ==, marks[i].mark);
		g_assert_cmpstr(value, ==, marks[i].value);
		g_assert_cmpint(mark_parse(marks[i].line, NULL), ==, marks[i].mark);
	}
}

static const struct {
	const char *text, *verb, *rest;
} verbs[] = {
	{"Am 02.03.2026 schrieb Anna:",								  "schrieb",                  " Anna:"},
	{"On Monday Anna wrote:",									"wrote",                    ":"     },
	{"Le lundi, Anna a écrit :",								    "a écrit",                 " :"    },
	{"El lun, 2 mar 2026 a las 14:05, Ana (<a@example.com>) escribió:",                             "escribió",                ":"     },
	{"Op 2 mrt 2026 om 14:05 schreef Jan:",							  "schreef",                  " Jan:" },
	{"Il giorno 2 mar 2026 Anna ha scritto:",							"ha scritto",               ":"     },
	{"Em seg., 2 de mar. de 2026 Ana escreveu:",						     "escreveu",                 ":"     },
	{"Den mån 2 mars 2026 kl 14:05 skrev Anna:",                                                    "skrev",                    " Anna:"},
	{"ma 2. maalisk. 2026 klo 14.05 Anna kirjoitti:",                                                "kirjoitti",                ":"     },
	{"pon., 2 mar 2026 o 14:05 Anna <a@example.com> napisał(a):",                                   "napisał(a)",              ":"     },
	{"po 2. 3. 2026 v 14:05 odesílatel Anna napsal:",                                               "napsal",                   ":"     },
	{"Anna ezt írta (időpont: 2026. márc. 2., H, 14:05):",                                        "ezt írta",
         " (időpont: 2026. márc. 2., H, 14:05):"											   },
	{"Anna, 2 Mar 2026 Pzt, 14:05 tarihinde şunu yazdı:",                                          "şunu yazdı",             ":"     },
	{"пн, 2 мар. 2026 г. в 14:05, Анна <a@example.com>:",                                 NULL,                       NULL    },
	{"2 марта 2026 г. Анна написала:",					     "написала",         ":"     },
	{"Στις Δευ 2 Μαρ 2026 στις 2:05 μ.μ., ο χρήστης Άννα ΈΓΡΑΨΕ:", "ΈΓΡΑΨΕ",             ":"     },
	{"Anna 于2026年3月2日周一 14:05写道：",						 "写道",                   "："   },
	{"2026年3月2日(月) 14:05 Anna <a@example.com>さんは書きました:",                     "さんは書きました", ":"     },
	{"2026년 3월 2일 (월) 오후 2:05, Anna님이 작성:",                                      "님이 작성",            ":"     },
	{"في الاثنين، 2 مارس 2026 كتب Anna:",                                           "كتب",                   " Anna:"},
	{"Handwrote it",										 NULL,                       NULL    },
	{"",											     NULL,		       NULL    },
};

static void test_verbs(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
		const char *end = NULL, *start = verb_find(verbs[i].text, &end, NULL);
		g_autofree char *verb = start ? g_strndup(start, (gsize)(end - start)) : NULL;

		g_assert_cmpstr(verb, ==, verbs[i].verb);
		g_assert_cmpstr(end, ==, verbs[i].rest);
	}
}

static const struct {
	const char *line;
	gboolean (*is)(const char *line);
	gboolean want;
} lines[] = {
	{"Von meinem iPhone gesendet",				       is_mobile_signature, TRUE },
	{"Sent from my iPad",						is_mobile_signature, TRUE },
	{"Get Outlook for iOS<https://aka.ms/o0ukef>",                       is_mobile_signature, TRUE },
	{"Holen Sie sich Outlook für Android",                              is_mobile_signature, TRUE },
	{"Envoyé de mon iPhone",					    is_mobile_signature, TRUE },
	{"Gesendet mit der mobilen Mail App",                                is_mobile_signature, TRUE },
	{"Enviado do meu iPhone",					    is_mobile_signature, TRUE },
	{"Wysłane z iPhone’a",					    is_mobile_signature, TRUE },
	{"從我的 iPhone 傳送",					  is_mobile_signature, TRUE },
	{"iPhoneから送信",					       is_mobile_signature, TRUE },
	{"Xperia 5から送信",					     is_mobile_signature, TRUE },
	{"나의 iPhone에서 보냄",				       is_mobile_signature, TRUE },
	{"(Sent from mobile device)",					is_mobile_signature, TRUE },
	{"",								 is_mobile_signature, FALSE},
	{"你通常不会收到来自 a@example.com 的电子邮件。",     is_banner,           TRUE },
	{"Ostrzeżenie: Ta wiadomość pochodzi spoza organizacji",          is_banner,           TRUE },
	{"Von meinem Kollegen kommt heute noch Post",                        is_mobile_signature, FALSE},
	{"",								 is_mobile_signature, FALSE},
	{"[EXTERN]",							 is_banner,           TRUE },
	{"[EXTERN] Diese Nachricht",					 is_banner,           TRUE },
	{"CAUTION: This email originated from outside of the organization.", is_banner,           TRUE },
	{"Sie erhalten nicht häufig E-Mail von a@example.com.",             is_banner,           TRUE },
	{"Vous n’obtenez pas souvent d’e-mail de a@example.com.",        is_banner,           TRUE },
	{"Achtung, die Ware ist schwer",                                     is_banner,           FALSE},
	{"Diese E-Mail enthält vertrauliche Informationen.",                is_disclaimer,       TRUE },
	{"This message is confidential.",                                    is_disclaimer,       TRUE },
	{"Diese E-Mail kam gestern an.",                                     is_disclaimer,       FALSE},
};

static void test_lines(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_test_message("%s", lines[i].line);
		g_assert_cmpint(lines[i].is(lines[i].line), ==, lines[i].want);
	}
}

static void test_begins(void)
{
	Languages languages = 0;

	g_assert_true(attribution_may_begin("Am 2. März schrieb Anna:", &languages));
	g_assert_cmpuint(languages & language_of("de"), !=, 0);
	g_assert_true(attribution_may_begin("On Monday", NULL));
	g_assert_false(attribution_may_begin("Amtlich ist das", NULL));
}

/* What a language has of a kind: bits of the values. */
static guint values_of(guint language, PhraseKind kind)
{
	guint have = 0;

	for (guint i = 0; i < phrasebook_all()->len; i++) {
		const Phrase *phrase = g_ptr_array_index(phrasebook_all(), i);

		if (phrase->kind == kind && (phrase->languages >> language & 1))
			have |= 1U << phrase->value;
	}
	return have;
}

/* Every language names the four fields that make a block, and what stands around one. */
static void test_completeness(void)
{
	const char *const *languages = phrasebook_languages();
	const guint fields =
		1U << LABEL_FROM | 1U << LABEL_DATE | 1U << LABEL_TO | 1U << LABEL_SUBJECT;

	for (guint i = 0; languages[i]; i++) {
		guint months = values_of(i, PHRASE_MONTH);

		g_test_message("%s", languages[i]);
		g_assert_cmphex(values_of(i, PHRASE_LABEL) & fields, ==, fields);
		g_assert_cmphex(values_of(i, PHRASE_MARK) & ~(1U << MARK_END), ==,
			1U << MARK_FORWARD | 1U << MARK_ORIGINAL);
		g_assert_cmphex(values_of(i, PHRASE_VERB), !=, 0);
		g_assert_cmphex(values_of(i, PHRASE_BEGIN), !=, 0);
		g_assert_cmphex(values_of(i, PHRASE_MOBILE), !=, 0);
		g_assert_cmphex(values_of(i, PHRASE_WEEKDAY), !=, 0);
		/* Some count their months. */
		if (months)
			g_assert_cmphex(months, ==, 0x1FFE);
		else
			g_assert_cmphex(values_of(i, PHRASE_UNIT) & 1U << UNIT_MONTH, !=, 0);
	}
}

/* Every file is compiled in. */
static void test_files(void)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "..", "forward", "labels", NULL);
	g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
	const char *name;
	guint files = 0;

	g_assert_nonnull(directory);
	while ((name = g_dir_read_name(directory)))
		files += g_str_has_suffix(name, ".txt") ? 1 : 0;
	g_assert_cmpuint(files, ==, g_strv_length((char **)phrasebook_languages()));
	g_assert_cmpuint(language_of("xx"), ==, 0);
}

/* A word of half a day that others use as a filler is rare; a month that is one would be lost. */
static void test_fillers(void)
{
	for (guint i = 0; i < phrasebook_all()->len; i++) {
		const Phrase *phrase = g_ptr_array_index(phrasebook_all(), i);
		g_autofree char *word = g_ucs4_to_utf8(phrase->letters, -1, NULL, NULL, NULL);
		const char *end = NULL;

		if (phrase->kind == PHRASE_MONTH && phrase_match(PHRASE_FILLER, word, 0, &end))
			g_assert_cmpstr(end, !=, "");
	}
}

/* No word of a language means two things of a kind. */
static void test_contradictions(void)
{
	const GPtrArray *all = phrasebook_all();
	g_autoptr(GHashTable) languages =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	for (guint i = 0; i < all->len; i++) {
		const Phrase *phrase = g_ptr_array_index(all, i);
		g_autofree char *word = g_ucs4_to_utf8(phrase->letters, -1, NULL, NULL, NULL);
		g_autofree char *key = g_strdup_printf("%d %s", (int)phrase->kind, word);
		Languages *seen = g_hash_table_lookup(languages, key);

		if (!seen) {
			seen = g_new0(Languages, 1);
			g_hash_table_insert(languages, g_steal_pointer(&key), seen);
		}
		if (*seen & phrase->languages) {
			g_test_message("%s means something else and %d", word, phrase->value);
			g_test_fail();
		}
		*seen |= phrase->languages;
	}
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/forward/labels/labels", test_labels);
	g_test_add_func("/forward/labels/find", test_label_find);
	g_test_add_func("/forward/labels/marks", test_marks);
	g_test_add_func("/forward/labels/verbs", test_verbs);
	g_test_add_func("/forward/labels/lines", test_lines);
	g_test_add_func("/forward/labels/begins", test_begins);
	g_test_add_func("/forward/labels/completeness", test_completeness);
	g_test_add_func("/forward/labels/files", test_files);
	g_test_add_func("/forward/labels/fillers", test_fillers);
	g_test_add_func("/forward/labels/contradictions", test_contradictions);
	return g_test_run();
}
