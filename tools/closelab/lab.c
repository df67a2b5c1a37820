// SPDX-License-Identifier: GPL-2.0
#include "lab.h"

#include "lib/clock.h"
#include "lib/util.h"

#include <stdarg.h>
#include <stdio.h>

int lab_fail(struct lab *lab, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!lab->failures++)
		snprintf(lab->failure, sizeof(lab->failure), "%s", text);
	if (!lab->skip && !lab->again)
		fprintf(stderr, "closelab: %s: %s\n", lab->scenario->name,
			text);
	return -1;
}

void lab_note(struct lab *lab, int side, const char *format, ...)
{
	struct lab_note *note = &lab->note[lab->notes];
	va_list args;

	if (lab->notes == ARRAY_SIZE(lab->note))
		return;
	lab->notes++;
	note->side = side;
	note->at = now_ns();
	va_start(args, format);
	vsnprintf(note->text, sizeof(note->text), format, args);
	va_end(args);
}
