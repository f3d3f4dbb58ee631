#include "volume.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VOLUMES 4096
#define SECTOR 512

pthread_mutex_t volume_lock = PTHREAD_MUTEX_INITIALIZER;

struct volume {
    char *directory;
    struct faulty_fault fault;
    bool lies;
    /// By operation (as its bit's number) and kind of file.
    int64_t counts[4][2];
};

static struct volume volumes[VOLUMES];
static struct node *nodes;

// MARK: Volumes

int32_t faulty_volume_attach(const char *directory) {
    pthread_mutex_lock(&volume_lock);
    int32_t number = 0;
    while (number < VOLUMES && volumes[number].directory) number++;
    if (number == VOLUMES) number = -1;
    if (number >= 0) {
        memset(&volumes[number], 0, sizeof volumes[number]);
        volumes[number].directory = strdup(directory);
    }
    pthread_mutex_unlock(&volume_lock);
    return number;
}

int32_t volume_of(const char *path) {
    for (int32_t number = 0; number < VOLUMES; number++) {
        const char *directory = volumes[number].directory;
        size_t length = directory ? strlen(directory) : 0;
        if (directory && strncmp(path, directory, length) == 0 && path[length] == '/') return number;
    }
    return -1;
}

void faulty_volume_fail(int32_t volume, struct faulty_fault fault) {
    pthread_mutex_lock(&volume_lock);
    volumes[volume].fault = fault;
    pthread_mutex_unlock(&volume_lock);
}

void faulty_volume_heal(int32_t volume) { faulty_volume_fail(volume, (struct faulty_fault){0}); }

void faulty_volume_lie(int32_t volume, int32_t lies) {
    pthread_mutex_lock(&volume_lock);
    volumes[volume].lies = lies != 0;
    pthread_mutex_unlock(&volume_lock);
}

bool volume_lies(int32_t volume) { return volumes[volume].lies; }

int64_t faulty_volume_count(int32_t volume, int32_t operations, int32_t files) {
    pthread_mutex_lock(&volume_lock);
    int64_t sum = 0;
    for (int operation = 0; operation < 4; operation++)
        for (int file = 0; file < 2; file++)
            if (operations >> operation & files >> file & 1) sum += volumes[volume].counts[operation][file];
    pthread_mutex_unlock(&volume_lock);
    return sum;
}

int volume_check(struct node *node, int32_t operation, struct faulty_fault *happened) {
    struct volume *volume = &volumes[node->volume];
    volume->counts[__builtin_ctz((unsigned)operation)][__builtin_ctz((unsigned)node->kind)]++;
    struct faulty_fault *fault = &volume->fault;
    if (!(fault->operations & operation) || !(fault->files & node->kind) || fault->times == 0) return SQLITE_OK;
    if (fault->after > 0) {
        fault->after--;
        return SQLITE_OK;
    }
    if (fault->code == FAULTY_KILL) kill(getpid(), SIGKILL);
    if (fault->times > 0) fault->times--;
    *happened = *fault;
    return fault->code;
}

// MARK: Blocks

static struct block **find_block(struct node *node, int64_t number) {
    struct block **place = &node->buckets[(uint64_t)number % BUCKETS];
    while (*place && (*place)->number != number) place = &(*place)->next;
    return place;
}

static void drop_blocks_from(struct node *node, int64_t first) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        struct block **place = &node->buckets[bucket];
        while (*place) {
            struct block *block = *place;
            if (block->number < first) {
                place = &block->next;
            } else {
                *place = block->next;
                free(block);
            }
        }
    }
}

/// The block as the real file has it, as far as it was not cut off.
static int read_real(struct node *node, sqlite3_file *real, int64_t number, unsigned char *bytes) {
    int64_t start = number * BLOCK;
    memset(bytes, 0, BLOCK);
    if (node->cut >= 0 && start >= node->cut) return SQLITE_OK;
    int result = real->pMethods->xRead(real, bytes, BLOCK, start);
    if (result == SQLITE_IOERR_SHORT_READ) result = SQLITE_OK;
    int64_t left = node->cut - start;
    if (node->cut >= 0 && left < BLOCK) memset(bytes + left, 0, BLOCK - (size_t)left);
    return result;
}

/// The block to write to, with its present content.
static int open_block(struct node *node, sqlite3_file *real, int64_t number, struct block **opened) {
    struct block **place = find_block(node, number);
    if (!*place) {
        struct block *block = calloc(1, sizeof *block);
        if (!block) return SQLITE_IOERR_NOMEM;
        block->number = number;
        int result = read_real(node, real, number, block->bytes);
        if (result != SQLITE_OK) {
            free(block);
            return result;
        }
        *place = block;
    }
    (*place)->dirty = true;
    *opened = *place;
    return SQLITE_OK;
}

// MARK: Nodes

struct node *node_find(const char *path) {
    struct node *node = nodes;
    while (node && (!node->path || strcmp(node->path, path) != 0)) node = node->next;
    return node;
}

static void node_free(struct node *node) {
    struct node **place = &nodes;
    while (*place != node) place = &(*place)->next;
    *place = node->next;
    drop_blocks_from(node, 0);
    free(node->path);
    free(node);
}

int node_open(struct handle *handle, const char *path, int32_t volume, int32_t kind) {
    struct node *node = node_find(path);
    if (!node) {
        node = calloc(1, sizeof *node);
        if (!node) return SQLITE_NOMEM;
        node->path = strdup(path);
        node->volume = volume;
        node->kind = kind;
        node->cut = -1;
        int result = handle->real->pMethods->xFileSize(handle->real, &node->size);
        node->next = nodes;
        nodes = node;
        if (result != SQLITE_OK) {
            node_free(node);
            return result;
        }
    }
    handle->node = node;
    handle->next = node->handles;
    node->handles = handle;
    return SQLITE_OK;
}

void node_close(struct handle *handle) {
    struct node *node = handle->node;
    struct handle **place = &node->handles;
    while (*place != handle) place = &(*place)->next;
    *place = handle->next;
    // A file without handles keeps what was not synced: the kernel would, too.
    if (!node->handles && !node->path) node_free(node);
}

void node_unlink(const char *path) {
    struct node *node = node_find(path);
    if (!node) return;
    free(node->path);
    node->path = NULL;
    if (!node->handles) node_free(node);
}

void faulty_volume_detach(int32_t volume) {
    pthread_mutex_lock(&volume_lock);
    struct node *node = nodes;
    while (node) {
        struct node *next = node->next;
        if (node->volume == volume && !node->handles) node_free(node);
        node = next;
    }
    free(volumes[volume].directory);
    volumes[volume].directory = NULL;
    pthread_mutex_unlock(&volume_lock);
}

// MARK: Files

int node_read(struct handle *handle, void *buffer, int count, int64_t offset) {
    struct node *node = handle->node;
    unsigned char *out = buffer;
    int64_t end = offset + count < node->size ? offset + count : node->size;
    int64_t at = offset;
    while (at < end) {
        int64_t number = at / BLOCK, within = at % BLOCK;
        int64_t part = BLOCK - within < end - at ? BLOCK - within : end - at;
        unsigned char bytes[BLOCK];
        struct block *block = *find_block(node, number);
        if (!block) {
            int result = read_real(node, handle->real, number, bytes);
            if (result != SQLITE_OK) return result;
        }
        memcpy(out + (at - offset), (block ? block->bytes : bytes) + within, (size_t)part);
        at += part;
    }
    if (at == offset + count) return SQLITE_OK;
    memset(out + (at - offset), 0, (size_t)(offset + count - at));
    return SQLITE_IOERR_SHORT_READ;
}

int node_write(struct handle *handle, const void *buffer, int count, int64_t offset) {
    struct node *node = handle->node;
    const unsigned char *in = buffer;
    for (int64_t at = offset; at < offset + count;) {
        int64_t within = at % BLOCK;
        int64_t part = BLOCK - within < offset + count - at ? BLOCK - within : offset + count - at;
        struct block *block;
        int result = open_block(node, handle->real, at / BLOCK, &block);
        if (result != SQLITE_OK) return result;
        memcpy(block->bytes + within, in + (at - offset), (size_t)part);
        at += part;
        if (at > node->size) node->size = at;
    }
    return SQLITE_OK;
}

int node_truncate(struct handle *handle, int64_t size) {
    struct node *node = handle->node;
    if (size < node->size) {
        drop_blocks_from(node, (size + BLOCK - 1) / BLOCK);
        struct block *last = size % BLOCK ? *find_block(node, size / BLOCK) : NULL;
        if (last) memset(last->bytes + size % BLOCK, 0, BLOCK - (size_t)(size % BLOCK));
        if (node->cut < 0 || size < node->cut) node->cut = size;
    }
    node->size = size;
    return SQLITE_OK;
}

static int write_block(struct node *node, sqlite3_file *real, const struct block *block) {
    int64_t start = block->number * BLOCK;
    int64_t count = node->size - start < BLOCK ? node->size - start : BLOCK;
    return count <= 0 ? SQLITE_OK : real->pMethods->xWrite(real, block->bytes, (int)count, start);
}

static int cut_real(struct node *node, sqlite3_file *real) {
    sqlite3_int64 size = 0;
    int result = real->pMethods->xFileSize(real, &size);
    if (result == SQLITE_OK && node->cut >= 0 && size > node->cut)
        result = real->pMethods->xTruncate(real, node->cut);
    if (result == SQLITE_OK) node->cut = -1;
    return result;
}

int node_flush(struct node *node, struct handle *handle) {
    sqlite3_file *real = handle->real;
    int result = cut_real(node, real);
    for (int bucket = 0; bucket < BUCKETS && result == SQLITE_OK; bucket++) {
        struct block **place = &node->buckets[bucket];
        while (*place && result == SQLITE_OK) {
            struct block *block = *place;
            if (!block->dirty) {
                place = &block->next;
                continue;
            }
            result = write_block(node, real, block);
            if (result != SQLITE_OK) break;
            *place = block->next;
            free(block);
        }
    }
    sqlite3_int64 size = 0;
    if (result == SQLITE_OK) result = real->pMethods->xFileSize(real, &size);
    if (result == SQLITE_OK && size < node->size) result = real->pMethods->xTruncate(real, node->size);
    return result;
}

void node_forget(struct node *node) {
    for (int bucket = 0; bucket < BUCKETS; bucket++)
        for (struct block *block = node->buckets[bucket]; block; block = block->next) block->dirty = false;
}

// MARK: Crashing

/// splitmix64: small, and good enough to toss coins.
static uint64_t next_random(uint64_t *state) {
    uint64_t word = *state += 0x9e3779b97f4a7c15;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    return word ^ word >> 31;
}

/// Leaves of each dirty block the sectors that chance kept.
static int lose_some(struct node *node, sqlite3_file *real, uint64_t *state) {
    if (next_random(state) & 1) {
        int result = cut_real(node, real);
        if (result != SQLITE_OK) return result;
    }
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        for (struct block *block = node->buckets[bucket]; block; block = block->next) {
            unsigned char old[BLOCK];
            uint64_t kept = block->dirty ? next_random(state) & 255 : 0;
            if (!kept) continue;
            int result = read_real(node, real, block->number, old);
            if (result != SQLITE_OK) return result;
            for (int sector = 0; sector < BLOCK / SECTOR; sector++)
                if (!(kept >> sector & 1)) memcpy(block->bytes + sector * SECTOR, old + sector * SECTOR, SECTOR);
            result = write_block(node, real, block);
            if (result != SQLITE_OK) return result;
        }
    }
    return SQLITE_OK;
}

void faulty_volume_crash(int32_t volume, enum faulty_crash kind, uint64_t seed) {
    pthread_mutex_lock(&volume_lock);
    volumes[volume].fault = (struct faulty_fault){0};
    volumes[volume].lies = false;
    struct node *node = nodes;
    while (node) {
        struct node *next = node->next;
        if (node->volume == volume) {
            struct handle *writer = node->handles;
            while (writer && !writer->writable) writer = writer->next;
            if (kind == FAULTY_LOSE_SOME && writer) lose_some(node, writer->real, &seed);
            if (kind == FAULTY_LOSE_NOTHING && writer) {
                for (int bucket = 0; bucket < BUCKETS; bucket++)
                    for (struct block *block = node->buckets[bucket]; block; block = block->next) block->dirty = true;
                node_flush(node, writer);
            }
            for (struct handle *handle = node->handles; handle; handle = handle->next) handle->dead = true;
            // Whoever opens the file next finds the real one.
            free(node->path);
            node->path = NULL;
            if (!node->handles) node_free(node);
        }
        node = next;
    }
    pthread_mutex_unlock(&volume_lock);
}
