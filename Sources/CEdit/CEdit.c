#include "CEdit.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static struct {
    __typeof__(&el_init) init;
    __typeof__(&el_set) set;
    __typeof__(&el_gets) gets;
    __typeof__(&el_line) line;
    __typeof__(&el_insertstr) insertstr;
    __typeof__(&el_deletestr) deletestr;
    __typeof__(&el_cursor) cursor;
    __typeof__(&el_push) push;
    __typeof__(&history_init) history_init;
    __typeof__(&history) history;
} edit;

static History *past;

static bool load(void) {
    void *library = dlopen("libedit.so.2", RTLD_NOW);
    if (!library) library = dlopen("libedit.so.0", RTLD_NOW);
    if (!library) return false;
    edit.init = dlsym(library, "el_init");
    edit.set = dlsym(library, "el_set");
    edit.gets = dlsym(library, "el_gets");
    edit.line = dlsym(library, "el_line");
    edit.insertstr = dlsym(library, "el_insertstr");
    edit.deletestr = dlsym(library, "el_deletestr");
    edit.cursor = dlsym(library, "el_cursor");
    edit.push = dlsym(library, "el_push");
    edit.history_init = dlsym(library, "history_init");
    edit.history = dlsym(library, "history");
    return edit.init && edit.set && edit.gets && edit.line && edit.insertstr && edit.deletestr && edit.cursor && edit.push
        && edit.history_init && edit.history;
}

edit_editor edit_open(edit_prompt prompt, int history_size) {
    if (!load()) return NULL;
    EditLine *editor = edit.init("astrolua", stdin, isatty(STDOUT_FILENO) ? stdout : stderr, stderr);
    past = edit.history_init();
    if (!editor || !past) return NULL;
    HistEvent event;
    edit.history(past, &event, H_SETSIZE, history_size);
    edit.set(editor, EL_EDITOR, "emacs");
    edit.set(editor, EL_SIGNAL, 1);         // the size of the window
    edit.set(editor, EL_HIST, edit.history, past);
    edit.set(editor, EL_PROMPT_ESC, prompt, '\1');
    edit.set(editor, EL_SETTY, "-d", "-isig", NULL);    // Ctrl-C and Ctrl-Z are keys while a line is edited
    return editor;
}

void edit_define(edit_editor editor, const char *name, edit_command command) {
    edit.set(editor, EL_ADDFN, name, "", command);
}

void edit_bind(edit_editor editor, const char *keys, const char *name) { edit.set(editor, EL_BIND, keys, name, NULL); }

void edit_remember(edit_editor editor, const char *text) {
    (void)editor;
    HistEvent event;
    edit.history(past, &event, H_ENTER, text);
}

const char *edit_read(edit_editor editor) {
    int count;
    edit.set(editor, EL_PREP_TERM, 1);      // gets would show the prompt first: a key pressed in between is the terminal's, Ctrl-C a signal
    return edit.gets(editor, &count);
}

const LineInfo *edit_text(edit_editor editor) { return edit.line(editor); }
void edit_insert(edit_editor editor, const char *text) { edit.insertstr(editor, text); }
void edit_delete_before(edit_editor editor, int count) { edit.deletestr(editor, count); }
void edit_move(edit_editor editor, int distance) { edit.cursor(editor, distance); }
void edit_press(edit_editor editor, const char *keys) { edit.push(editor, keys); }
