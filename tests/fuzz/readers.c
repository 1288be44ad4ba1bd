/* libFuzzer targets of the small readers, one program a row: -DREADER=words is fuzz_words. Each
 * gets what strangers write and must return something true of it, in bounds (the sanitizers watch).
 * Those that read text get valid UTF-8 without a NUL inside, as their callers give it. */
#include <stdint.h>
#include <string.h>

#include "mime/address.h"
#include "mime/attachment.h"
#include "forward/attribution.h"
#include "mime/authfield.h"
#include "forward/block.h"
#include "parser/body.h"
#include "parser/calendar.h"
#include "mime/charset.h"
#include "html/css.h"
#include "mime/date.h"
#include "mime/fields.h"
#include "mime/header.h"
#include "html/link.h"
#include "mime/limits.h"
#include "forward/localdate.h"
#include "forward/mailboxes.h"
#include "parser/mapi.h"
#include "mime/mime.h"
#include "parser/msg.h"
#include "mime/msgid.h"
#include "parser/ole.h"
#include "mime/params.h"
#include "parser/plain.h"
#include "forward/quote.h"
#include "parser/rtf.h"
#include "parser/smime.h"
#include "mime/subject.h"
#include "mime/threadindex.h"
#include "parser/tnef.h"
#include "mime/transfer.h"
#include "mime/words.h"
#include "tests/parser/mail_invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	g_assert_true(text && g_utf8_validate(text, -1, NULL));
}

static void check_line(const char *text)
{
	check_text(text);
	g_assert_null(strpbrk(text, "\r\n"));
}

static GPtrArray *mailboxes_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
}

/* --- Fields --- */

static void words(const char *text)
{
	g_autofree char *decoded = words_decode(text);

	check_line(decoded);
	g_assert_cmpuint(words_length(text), <=, strlen(text));
}

static void params(const char *text)
{
	g_autoptr(Params) params = params_parse(text);
	GHashTableIter iter;
	gpointer name, value;

	check_line(params->value);
	if (!params->table)
		return;
	g_hash_table_iter_init(&iter, params->table);
	while (g_hash_table_iter_next(&iter, &name, &value))
		check_line(value);
}

static void address(const char *text)
{
	g_autoptr(GPtrArray) list = mailboxes_new();
	g_autofree char *key = address_key(text);
	g_autofree char *again = address_key(key);
	g_autofree char *domain = address_domain(text);

	address_parse_list(text, list);
	assert_mailboxes(list);
	g_assert_cmpuint(list->len, <=, LIMIT_ADDRESSES);
	if (address_is_plausible(key))
		g_assert_cmpstr(key, ==, again);
	if (domain)
		check_text(domain);
}

static void mailboxes(const char *text)
{
	g_autoptr(GPtrArray) list = mailboxes_new(), authors = mailboxes_new();

	mailboxes_parse(text, list);
	mailboxes_parse_author(text, authors);
	assert_mailboxes(list);
	assert_mailboxes(authors);
}

static void date(const char *text)
{
	MailDate date = maildate_parse(text);
	g_autofree char *iso = maildate_iso(&date);
	MailDate again = maildate_parse(iso ? iso : "");

	g_assert_true(maildate_is_valid(&date) == (iso != NULL));
	if (iso && date.precision != PRECISION_DAY)
		g_assert_cmpint(again.hour * 60 + again.minute, ==, date.hour * 60 + date.minute);
}

static void localdate(const char *text)
{
	const char *start = NULL, *end = NULL;
	MailDate whole = localdate_parse(text, 0);
	MailDate found = localdate_find(text, 0, &start, &end);

	g_assert_true(whole.precision == PRECISION_NONE || maildate_is_valid(&whole));
	if (found.precision == PRECISION_NONE)
		return;
	g_assert_true(maildate_is_valid(&found));
	g_assert_true(text <= start && start < end && end <= text + strlen(text));
}

static void msgid(const char *text)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *id = msgid_parse(text);

	msgid_parse_list(text, "own@acme.example", ids);
	assert_texts(ids);
	g_assert_cmpuint(ids->len, <=, LIMIT_REFERENCES);
	g_assert_true(!id || msgid_is_usable(id));
}

static void subject(const char *text)
{
	g_autofree char *base = subject_base(text);
	g_autofree char *plain = subject_unprefixed(text);
	g_autofree char *former = subject_former(text);

	check_text(base);
	check_text(plain);
	check_text(former);
	subject_is_forward(text);
	subject_is_reply(text);
}

static void threadindex(const char *text)
{
	guint8 guid[16];
	guint depth;

	if (threadindex_parse(text, guid, &depth))
		g_assert_cmpuint(depth, <, strlen(text));
}

static void authres(const char *text)
{
	g_auto(AuthFindings) findings = authfield_findings();

	authfield_read(text, "mx.acme.example", &findings);
	authfield_read_results(text, &findings);
}

static void filename(const char *text)
{
	g_autofree char *name = attachment_clean_name(text);
	g_autofree char *extension = attachment_extension(name);

	check_line(name);
	g_assert_null(strpbrk(name, "/\\"));
	g_assert_cmpint(g_utf8_strlen(name, -1), <=, LIMIT_FILENAME);
	check_text(extension);
}

/* --- Text --- */

static void blocks(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint count = g_strv_length(lines);

	for (guint at = 0; at < count; at++) {
		Block block;
		Attribution attribution;

		if (block_parse((const char *const *)lines, count, at, &block)) {
			g_assert_true(at <= block.end && block.end <= count);
			assert_mailboxes(block.from);
			assert_mailboxes(block.to);
			block_clear(&block);
		}
		if (attribution_parse((const char *const *)lines, count, at, &attribution)) {
			g_assert_true(at < attribution.end && attribution.end <= count);
			attribution_clear(&attribution);
		}
	}
}

static void labels(const char *text)
{
	const char *value = NULL, *start = NULL;
	Languages languages;

	if (label_parse(text, &value, &languages) != LABEL_NONE)
		g_assert_true(text < value && value <= text + strlen(text));
	if (label_find(text, &start, &value, &languages) != LABEL_NONE)
		g_assert_true(text <= start && start < value);
	mark_parse(text, &value);
	verb_find(text, &value, &languages);
	attribution_may_begin(text, &languages);
	is_mobile_signature(text);
	is_banner(text);
	is_disclaimer(text);
}

static void quote(const char *text)
{
	g_autoptr(Mail) mail = mail_new();

	g_free(mail->text);
	mail->text = g_strdup(text);
	quote_split(mail, NULL);
	assert_ranges(mail);
	check_text(mail->new_text);
}

static void plain(const char *text)
{
	g_autoptr(Mail) mail = mail_new();
	g_autofree char *lines = plain_normalise(text);
	g_autofree char *flowed = plain_unwrap_flowed(lines, strlen(text) % 2 == 0);
	g_autofree char *rest = plain_extract_uuencoded(mail, lines);
	g_autofree char *bare = plain_strip_enriched(lines);

	check_text(flowed);
	check_text(rest);
	check_text(bare);
	assert_attachments(mail);
}

static void css(const char *text)
{
	g_autoptr(GString) clean = g_string_new(NULL);
	guint images = 0;

	css_traits(text);
	css_clean(clean, text, &images);
	check_text(clean->str);
	g_assert_null(strpbrk(clean->str, "\\@<>\"&"));
	g_assert_null(strstr(clean->str, "url("));
}

static void links(const char *text)
{
	g_autofree char *link = link_clean(text);
	g_autofree char *image = link_clean_image(text);

	link_is_remote(text);
	if (link) {
		check_line(link);
		g_assert_true(g_str_has_prefix(link, "http://") ||
			      g_str_has_prefix(link, "https://") ||
			      g_str_has_prefix(link, "mailto:") || g_str_has_prefix(link, "tel:"));
	}
	if (image)
		g_assert_true(g_ascii_strncasecmp(image, "cid:", 4) == 0 ||
			      g_ascii_strncasecmp(image, "data:image/", 11) == 0);
}

static void calendar(const char *text)
{
	gboolean is_invitation, is_cut;
	g_autofree char *summary = calendar_summary(text, &is_invitation, &is_cut);

	check_text(summary);
}

/* --- Bytes --- */

static void charset(const char *bytes, gsize length)
{
	/* The label is the first line. */
	const char *newline = memchr(bytes, '\n', length);
	gsize label_length = newline ? (gsize)(newline - bytes) : 0;
	g_autofree char *label = g_strndup(bytes, label_length);
	g_autofree char *text =
		charset_to_utf8(label, bytes + label_length, length - label_length, NULL);
	g_autofree char *guessed = charset_guess(bytes, length);

	check_text(text);
	check_text(guessed);
}

static void transfer(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);

	for (Transfer code = TRANSFER_IDENTITY; code <= TRANSFER_UUENCODE; code++) {
		g_autoptr(GBytes) decoded = transfer_decode(code, source, NULL);

		g_assert_cmpuint(g_bytes_get_size(decoded), <=, length + 2);
	}
	transfer_looks_like_base64(bytes, length);
}

static void check_node(const MimeNode *node, guint depth)
{
	g_assert_cmpuint(depth, <=, 2 * LIMIT_DEPTH);
	g_assert_true((node->children != NULL) != (node->content != NULL));
	for (guint i = 0; node->children && i < node->children->len; i++)
		check_node(g_ptr_array_index(node->children, i), depth + 1);
}

static void mime(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);
	g_autoptr(Mail) mail = mail_new();
	g_autoptr(MimeNode) node = NULL;
	guint parts = LIMIT_PARTS;
	gsize start, body;

	fields_parse(mail, source, &start, &body);
	g_assert_true(start <= body && body <= length);
	header_read(mail);
	node = mime_parse(mail, mail->fields, source, body, &parts);
	check_node(node, 0);
}

static void walk_ole(Ole *ole, guint storage, guint depth)
{
	g_autoptr(GArray) children = ole_children(ole, storage);

	for (guint i = 0; i < children->len && depth < 8; i++) {
		guint entry = g_array_index(children, guint, i);

		check_text(ole_name(ole, entry));
		if (ole_is_storage(ole, entry)) {
			walk_ole(ole, entry, depth + 1);
		} else {
			g_autoptr(GBytes) content = ole_read(ole, entry);

			g_assert_true(!content || g_bytes_get_size(content) < G_MAXINT);
		}
	}
}

static void ole(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);
	g_autoptr(Ole) ole = ole_open(source);

	if (ole)
		walk_ole(ole, OLE_ROOT, 0);
}

static Budget budget_new(void)
{
	return (Budget){.parts = 100, .depth = 5, .bytes = 1 << 20};
}

static void msg(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);
	Budget budget = budget_new();
	g_autoptr(Mail) mail = msg_parse(source, &budget);

	if (mail)
		assert_mail(mail, 0);
}

static void tnef(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);
	g_autoptr(Mail) mail = mail_new();
	Budget budget = budget_new();
	g_autoptr(Body) body = body_new(mail, &budget);

	tnef_read(body, source);
	body_finish(body);
	assert_mail(mail, 0);
}

static void rtf(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);
	gboolean is_html;
	g_autofree char *text = rtf_read(source, &is_html);

	if (text)
		check_text(text);
}

static void smime(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);
	g_autoptr(GBytes) content = smime_content(source);

	g_assert_true(!content || g_bytes_get_size(content) <= length);
}

/* --- The rows --- */

static const struct {
	const char *name;
	void (*text)(const char *text);
	void (*bytes)(const char *bytes, gsize length);
} readers[] = {
	{"words",       words,       NULL    },
	{"params",      params,      NULL    },
	{"address",     address,     NULL    },
	{"mailboxes",   mailboxes,   NULL    },
	{"date",        date,        NULL    },
	{"localdate",   localdate,   NULL    },
	{"msgid",       msgid,       NULL    },
	{"subject",     subject,     NULL    },
	{"threadindex", threadindex, NULL    },
	{"authres",     authres,     NULL    },
	{"filename",    filename,    NULL    },
	{"blocks",      blocks,      NULL    },
	{"labels",      labels,      NULL    },
	{"quote",       quote,       NULL    },
	{"plain",       plain,       NULL    },
	{"css",         css,         NULL    },
	{"links",       links,       NULL    },
	{"calendar",    calendar,    NULL    },
	{"charset",     NULL,        charset },
	{"transfer",    NULL,        transfer},
	{"mime",        NULL,        mime    },
	{"ole",         NULL,        ole     },
	{"msg",         NULL,        msg     },
	{"tnef",        NULL,        tnef    },
	{"rtf",         NULL,        rtf     },
	{"smime",       NULL,        smime   },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static gsize row = G_MAXSIZE;

	for (gsize i = 0; row == G_MAXSIZE && i < G_N_ELEMENTS(readers); i++)
		if (g_str_equal(readers[i].name, G_STRINGIFY(READER)))
			row = i;
	g_assert_cmpuint(row, !=, G_MAXSIZE);
	if (readers[row].bytes) {
		/* A copy of its own size, so that a sanitizer sees every byte read too many. */
		g_autofree char *bytes = g_memdup2(data, size);

		readers[row].bytes(bytes ? bytes : "", size);
	} else {
		g_autofree char *whole = g_strndup((const char *)data, size);
		g_autofree char *text = g_utf8_make_valid(whole, -1);

		readers[row].text(text);
	}
	return 0;
}
