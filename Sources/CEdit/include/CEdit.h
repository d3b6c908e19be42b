// libedit, opened when a terminal asks for it, so that no program that only runs scripts has to have it.
// In C because its calls take a variable number of arguments, which Swift cannot pass.
#ifndef CEDIT_H
#define CEDIT_H

#include <histedit.h>
#include <stdbool.h>

// The library's own types have no body in its header.
typedef void *edit_editor;
typedef char *(*edit_prompt)(edit_editor editor);

// What a command (it returns one of these) tells the editor to do next.
typedef enum {
    edit_nothing = CC_NORM,
    edit_end = CC_EOF,
    edit_refresh = CC_REFRESH,
    edit_beep = CC_ERROR,
    edit_redraw = CC_REDISPLAY,
} edit_outcome;
typedef unsigned char (*edit_command)(edit_editor editor, int key);

// On standard input and output, or standard error if the output goes elsewhere; NULL when libedit is not installed. In the prompt '\1' surrounds what the terminal does not show.
edit_editor edit_open(edit_prompt prompt, int history_size);
void edit_define(edit_editor editor, const char *name, edit_command command);
void edit_bind(edit_editor editor, const char *keys, const char *name);
void edit_remember(edit_editor editor, const char *text);

// The text that was entered with its line break, or NULL at the end of the input.
const char *edit_read(edit_editor editor);
// The text so far; the cursor is a place in it.
const LineInfo *edit_text(edit_editor editor);
void edit_insert(edit_editor editor, const char *text);
void edit_delete_before(edit_editor editor, int count);
void edit_move(edit_editor editor, int distance);
// Makes it read these keys next.
void edit_press(edit_editor editor, const char *keys);

#endif
