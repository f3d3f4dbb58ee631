#ifndef WARDER_VOLUME_H
#define WARDER_VOLUME_H

#include "CWarderFaultyVFS.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>

// What lies between SQLite and the real files of a volume. All of it is used under `volume_lock`.

/// The kernel's page: what is lost or kept together when a sync fails.
#define BLOCK 4096
#define BUCKETS 512

struct block {
    struct block *next;
    int64_t number;
    /// Whether a sync would write it out. Not so for what a failed sync forgot.
    bool dirty;
    unsigned char bytes[BLOCK];
};

/// A connection's handle of a file. SQLite allocates it with room behind it for the real VFS's own.
struct handle {
    sqlite3_file base;
    sqlite3_file *real;
    struct node *node;
    struct handle *next;
    bool writable;
    /// The machine has crashed since it was opened.
    bool dead;
};

/// One file, however many handles it has.
struct node {
    struct node *next;
    char *path;
    int32_t volume;
    int32_t kind;
    struct handle *handles;
    struct block *buckets[BUCKETS];
    sqlite3_int64 size;
    /// What the file was cut down to since the last sync; -1 if it was not.
    int64_t cut;
};

extern pthread_mutex_t volume_lock;

/// The volume that a path lies in, or -1.
int32_t volume_of(const char *path);
/// Decides whether an operation fails now; SQLITE_OK if not.
int volume_check(struct node *node, int32_t operation, struct faulty_fault *fault);
bool volume_lies(int32_t volume);

struct node *node_find(const char *path);
int node_open(struct handle *handle, const char *path, int32_t volume, int32_t kind);
void node_close(struct handle *handle);
/// The file is being deleted: open handles keep it, its name is free.
void node_unlink(const char *path);

int node_read(struct handle *handle, void *buffer, int count, int64_t offset);
int node_write(struct handle *handle, const void *buffer, int count, int64_t offset);
int node_truncate(struct handle *handle, int64_t size);
/// Brings everything dirty into the real file.
int node_flush(struct node *node, struct handle *handle);
/// What a failed sync does on Linux.
void node_forget(struct node *node);

#endif
