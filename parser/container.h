/* Attachments that hold a mail: .eml, Outlook's .msg, winmail.dat. */
#pragma once

#include "parser/body.h"

typedef enum {
	CONTAINER_NONE,
	CONTAINER_MAIL, /* the bytes of a mail, whatever their type says */
	CONTAINER_MSG,  /* an OLE file of Outlook */
	CONTAINER_TNEF, /* winmail.dat */
} Container;

/* What a leaf of this type and name is; its content decides where name and type only hint. */
Container container_find(const char *content_type, const char *filename, GBytes *content);
/* Reads it: originals go to body->originals; text and attachments of a winmail.dat without a mail
 * go to the body. Does nothing where the budget is used up. Notes what could not be read. */
void container_read(Body *body, Container container, GBytes *content);
