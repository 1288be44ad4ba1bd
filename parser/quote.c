#include "parser/quote.h"

void quote_split(Mail *mail, const char *html)
{
	(void)html;
	g_free(mail->new_text);
	mail->new_text = g_strdup(mail->text);
}
