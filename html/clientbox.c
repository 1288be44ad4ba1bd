#include "html/clientbox.h"

#include <string.h>

/* Lower case. Outlook on the web puts "x_" before the names in what it quotes, once a pass. */
static const struct {
	const char *name;
	LineMarks marks;
} boxes[] = {
  /* Thunderbird, SeaMonkey, Betterbird */
	{"moz-forward-container",                   LINE_FORWARD  },
	{"moz-email-headers-table",                 LINE_FORWARD  },
	{"moz-signature",			   LINE_SIGNATURE},
 /* Gmail */
	{"gmail_quote",			     LINE_QUOTE_BOX},
	{"gmail_quote_container",                   LINE_QUOTE_BOX},
	{"gmail_signature",                         LINE_SIGNATURE},
	{"gmail_signature_prefix",                  LINE_SIGNATURE},
 /* Outlook on the web, for Mac, mobile */
	{"divrplyfwdmsg",			   LINE_QUOTE_BOX},
	{"olk_src_body_section",                    LINE_QUOTE_BOX},
	{"mail-editor-reference-message-container", LINE_QUOTE_BOX},
	{"ms-outlook-mobile-reference-message",     LINE_QUOTE_BOX},
	{"ms-outlook-mobile-signature",             LINE_SIGNATURE},
	{"ms-outlook-ios-signature",                LINE_SIGNATURE},
	{"ms-outlook-android-signature",            LINE_SIGNATURE},
	{"outlook-signature",                       LINE_SIGNATURE},
	{"signature",			       LINE_SIGNATURE},
 /* Apple */
	{"applemailsignature",                      LINE_SIGNATURE},
	{"apple-mail-signature",                    LINE_SIGNATURE},
 /* Yahoo, AOL */
	{"yahoo_quoted",			    LINE_QUOTE_BOX},
	{"yahoo-quoted",			    LINE_QUOTE_BOX},
	{"aolmail_aolreplacedbody",                 LINE_QUOTE_BOX},
	{"yahoo-signature",                         LINE_SIGNATURE},
 /* GMX, WEB.DE */
	{"quote",				   LINE_QUOTE_BOX},
	{"quoted-content",                          LINE_QUOTE_BOX},
 /* Roundcube */
	{"replybody1",			      LINE_QUOTE_BOX},
	{"forwardbody1",			    LINE_FORWARD  },
	{"_rc_sig",				 LINE_SIGNATURE},
 /* Open-Xchange, Zoho, Proton, Tuta, Zimbra, Airmail, Edison, Mailspring */
	{"io-ox-signature",                         LINE_SIGNATURE},
	{"zmail_extra",			     LINE_QUOTE_BOX},
	{"protonmail_quote",                        LINE_QUOTE_BOX},
	{"protonmail_signature_block",              LINE_SIGNATURE},
	{"tutanota_quote",                          LINE_QUOTE_BOX},
	{"bloop_original_html",                     LINE_QUOTE_BOX},
	{"bloop_sign",			      LINE_SIGNATURE},
	{"edo-signature",			   LINE_SIGNATURE},
	{"edo-message",			     LINE_QUOTE_BOX},
};

enum { NAME_MAX_LENGTH = 64 };

static LineMarks marks_of(const char *name, gsize length)
{
	while (length > 2 && (name[0] | 0x20) == 'x' && name[1] == '_') {
		name += 2;
		length -= 2;
	}
	if (length > NAME_MAX_LENGTH)
		return 0;
	for (guint i = 0; i < G_N_ELEMENTS(boxes); i++)
		if (strlen(boxes[i].name) == length &&
			g_ascii_strncasecmp(boxes[i].name, name, length) == 0)
			return boxes[i].marks;
	return 0;
}

LineMarks clientbox_marks(const HtmlReader *tag)
{
	static const char *const attributes[] = {"class", "id", "name"};
	LineMarks marks = 0;

	for (guint i = 0; i < G_N_ELEMENTS(attributes); i++) {
		const HtmlAttribute *attribute = html_attribute(tag, attributes[i]);
		gsize at = 0;

		while (attribute && at < attribute->value_length) {
			const gsize length = strcspn(attribute->value + at, " \t\r\n\f\"'>");
			const gsize rest = attribute->value_length - at;

			marks |= marks_of(attribute->value + at, MIN(length, rest));
			at += MIN(length, rest) + 1;
		}
	}
	return marks;
}

const char *clientbox_name(guint i)
{
	return i < G_N_ELEMENTS(boxes) ? boxes[i].name : NULL;
}
