#include "volume.h"

#include <string.h>

// The VFS itself: hands everything to the real VFS, but for what is written to and read from files of a volume.

static sqlite3_vfs *root;

static struct handle *handle_of(sqlite3_file *file) { return (struct handle *)file; }

// MARK: Files

static int file_close(sqlite3_file *file) {
    struct handle *handle = handle_of(file);
    pthread_mutex_lock(&volume_lock);
    node_close(handle);
    pthread_mutex_unlock(&volume_lock);
    return handle->real->pMethods->xClose(handle->real);
}

/// Begins an operation: takes the lock, and fails where the handle is dead or a fault is due. The caller releases the
/// lock.
static int begin(struct handle *handle, int32_t operation, struct faulty_fault *fault) {
    pthread_mutex_lock(&volume_lock);
    return handle->dead ? SQLITE_IOERR : volume_check(handle->node, operation, fault);
}

static int finish(int result) {
    pthread_mutex_unlock(&volume_lock);
    return result;
}

static int file_read(sqlite3_file *file, void *buffer, int count, sqlite3_int64 offset) {
    struct faulty_fault fault;
    int result = begin(handle_of(file), FAULTY_READ, &fault);
    return finish(result == SQLITE_OK ? node_read(handle_of(file), buffer, count, offset) : result);
}

static int file_write(sqlite3_file *file, const void *buffer, int count, sqlite3_int64 offset) {
    struct faulty_fault fault = {0};
    int result = begin(handle_of(file), FAULTY_WRITE, &fault);
    if (result == SQLITE_OK) return finish(node_write(handle_of(file), buffer, count, offset));
    int part = fault.partly < count ? fault.partly : count;
    if (part > 0) node_write(handle_of(file), buffer, part, offset);
    return finish(result);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    struct faulty_fault fault;
    int result = begin(handle_of(file), FAULTY_TRUNCATE, &fault);
    return finish(result == SQLITE_OK ? node_truncate(handle_of(file), size) : result);
}

static int file_sync(sqlite3_file *file, int flags) {
    (void)flags;
    struct handle *handle = handle_of(file);
    struct faulty_fault fault = {0};
    int result = begin(handle, FAULTY_SYNC, &fault);
    if (result != SQLITE_OK) {
        if (fault.forgets) node_forget(handle->node);
        return finish(result);
    }
    // The real file is not synced: what a killed process wrote is there, and no test cuts the real power.
    return finish(volume_lies(handle->node->volume) ? SQLITE_OK : node_flush(handle->node, handle));
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
    pthread_mutex_lock(&volume_lock);
    *size = handle_of(file)->node->size;
    return finish(handle_of(file)->dead ? SQLITE_IOERR : SQLITE_OK);
}

static int file_lock(sqlite3_file *file, int lock) {
    struct handle *handle = handle_of(file);
    return handle->dead ? SQLITE_IOERR : handle->real->pMethods->xLock(handle->real, lock);
}

static int file_unlock(sqlite3_file *file, int lock) {
    sqlite3_file *real = handle_of(file)->real;
    return real->pMethods->xUnlock(real, lock);
}

static int file_check_reserved_lock(sqlite3_file *file, int *result) {
    sqlite3_file *real = handle_of(file)->real;
    return real->pMethods->xCheckReservedLock(real, result);
}

static int file_control(sqlite3_file *file, int operation, void *argument) {
    // These would make the real file grow at once.
    if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
    sqlite3_file *real = handle_of(file)->real;
    return real->pMethods->xFileControl(real, operation, argument);
}

static int file_sector_size(sqlite3_file *file) {
    sqlite3_file *real = handle_of(file)->real;
    return real->pMethods->xSectorSize(real);
}

static int file_characteristics(sqlite3_file *file) {
    sqlite3_file *real = handle_of(file)->real;
    return real->pMethods->xDeviceCharacteristics(real);
}

// MARK: Shared memory

static int file_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **address) {
    struct handle *handle = handle_of(file);
    if (handle->dead) return SQLITE_IOERR;
    return handle->real->pMethods->xShmMap(handle->real, region, size, extend, address);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    struct handle *handle = handle_of(file);
    if (handle->dead && flags & SQLITE_SHM_LOCK) return SQLITE_IOERR;
    return handle->real->pMethods->xShmLock(handle->real, offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file) {
    sqlite3_file *real = handle_of(file)->real;
    real->pMethods->xShmBarrier(real);
}

static int file_shm_unmap(sqlite3_file *file, int delete) {
    struct handle *handle = handle_of(file);
    return handle->real->pMethods->xShmUnmap(handle->real, handle->dead ? 0 : delete);
}

// Version 2: shared memory, but no mapping of the file itself, which would go past the volume.
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

// MARK: Names

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    pthread_mutex_lock(&volume_lock);
    int32_t volume = name ? volume_of(name) : -1;
    pthread_mutex_unlock(&volume_lock);
    if (volume < 0) return root->xOpen(root, name, file, flags, out);

    struct handle *handle = handle_of(file);
    memset(handle, 0, sizeof *handle);
    handle->real = (sqlite3_file *)(handle + 1);
    int granted = 0;
    int result = root->xOpen(root, name, handle->real, flags, &granted);
    if (result != SQLITE_OK) {
        if (handle->real->pMethods) handle->real->pMethods->xClose(handle->real);
        return result;
    }
    handle->writable = granted & SQLITE_OPEN_READWRITE;
    if (out) *out = granted;
    pthread_mutex_lock(&volume_lock);
    result = node_open(handle, name, volume, flags & SQLITE_OPEN_MAIN_DB ? FAULTY_DATABASE : FAULTY_LOG);
    pthread_mutex_unlock(&volume_lock);
    if (result == SQLITE_OK) {
        file->pMethods = &methods;
    } else {
        handle->real->pMethods->xClose(handle->real);
    }
    return result;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    (void)vfs;
    pthread_mutex_lock(&volume_lock);
    node_unlink(name);
    pthread_mutex_unlock(&volume_lock);
    return root->xDelete(root, name, sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
    (void)vfs;
    int code = root->xAccess(root, name, flags, result);
    pthread_mutex_lock(&volume_lock);
    struct node *node = node_find(name);
    // The real VFS takes an empty file for none; this one is not empty, the real one only does not know it yet.
    if (code == SQLITE_OK && flags == SQLITE_ACCESS_EXISTS && node && node->size > 0) *result = 1;
    return finish(code);
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int count, char *out) {
    (void)vfs;
    return root->xFullPathname(root, name, count, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *out) {
    (void)vfs;
    return root->xRandomness(root, count, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return root->xSleep(root, microseconds);
}

static int vfs_current_time(sqlite3_vfs *vfs, double *time) {
    (void)vfs;
    return root->xCurrentTime(root, time);
}

static int vfs_current_time64(sqlite3_vfs *vfs, sqlite3_int64 *time) {
    (void)vfs;
    return root->xCurrentTimeInt64(root, time);
}

static int vfs_last_error(sqlite3_vfs *vfs, int count, char *out) {
    (void)vfs;
    return root->xGetLastError ? root->xGetLastError(root, count, out) : 0;
}

static sqlite3_vfs faulty = {
    .iVersion = 2,
    .zName = "warder-faulty",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_pathname,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_current_time,
    .xCurrentTimeInt64 = vfs_current_time64,
    .xGetLastError = vfs_last_error,
};

int32_t faulty_vfs_install(void) {
    pthread_mutex_lock(&volume_lock);
    if (!root) {
        root = sqlite3_vfs_find(NULL);
        faulty.szOsFile = (int)sizeof(struct handle) + root->szOsFile;
        faulty.mxPathname = root->mxPathname;
    }
    pthread_mutex_unlock(&volume_lock);
    return sqlite3_vfs_register(&faulty, 1);
}
