#ifndef CWARDERFAULTYVFS_H
#define CWARDERFAULTYVFS_H

#include <stdint.h>

// An SQLite VFS for tests: a disk that can lose power, fill up and fail.
//
// Files in a volume (a directory handed to faulty_volume_attach) keep what is written to them in the memory of this
// process until it is synced. All connections of the process see it; the real file, and whoever opens it after this
// process was killed, does not. Files anywhere else, and shared memory, go to the real VFS as they are.

/// Makes the VFS SQLite's default, for connections that are opened from now on. Returns an SQLite result code.
int32_t faulty_vfs_install(void);

/// Makes `directory` (absolute, without a slash at its end) a volume. Returns its number, or -1 when there are too
/// many.
int32_t faulty_volume_attach(const char *directory);

/// Gives the directory back; what was not synced is lost. No file in it may be open.
void faulty_volume_detach(int32_t volume);

// MARK: Crashing

enum faulty_crash {
    /// Power is lost, and with it everything that was not synced.
    FAULTY_LOSE_ALL,
    /// Power is lost while the disk is at work: of each unsynced sector, chance decides whether it was written.
    FAULTY_LOSE_SOME,
    /// The process ends and the kernel lives on: everything that was written is there.
    FAULTY_LOSE_NOTHING,
};

/// Crashes the machine. Open files fail from then on, whatever is done with them: close their connections, and open
/// others. Faults and lies end. `seed` is for FAULTY_LOSE_SOME: the same seed loses the same sectors.
void faulty_volume_crash(int32_t volume, enum faulty_crash kind, uint64_t seed);

// MARK: Faults

enum {
    FAULTY_READ = 1,
    FAULTY_WRITE = 2,
    FAULTY_TRUNCATE = 4,
    FAULTY_SYNC = 8,

    FAULTY_DATABASE = 1,
    FAULTY_LOG = 2,
    FAULTY_ANY_FILE = 3,

    /// For `times`: until faulty_volume_heal.
    FAULTY_FOREVER = -1,
    /// For `code`: the process is killed instead.
    FAULTY_KILL = -1,
};

/// What goes wrong, and when.
struct faulty_fault {
    /// FAULTY_READ and the like, added up.
    int32_t operations;
    /// FAULTY_DATABASE, FAULTY_LOG or both.
    int32_t files;
    /// How many such operations succeed before.
    int32_t after;
    /// How many fail then.
    int32_t times;
    /// SQLite result code, such as SQLITE_FULL or SQLITE_IOERR_FSYNC; or FAULTY_KILL.
    int32_t code;
    /// For syncs: whether the disk forgets what it could not sync, as Linux does: what was written stays visible, but
    /// no later sync writes it out, unless it is written again.
    int32_t forgets;
    /// For writes: how many bytes are written before the failure.
    int32_t partly;
};

/// Replaces the volume's fault.
void faulty_volume_fail(int32_t volume, struct faulty_fault fault);
void faulty_volume_heal(int32_t volume);

/// While `lies` is not 0, a sync succeeds and does nothing: what a store does that never syncs at all.
void faulty_volume_lie(int32_t volume, int32_t lies);

/// Operations of these kinds on these files since the volume was attached, failed ones included.
int64_t faulty_volume_count(int32_t volume, int32_t operations, int32_t files);

#endif
