import CWarderFaultyVFS
import Glibc
import WarderDaemon
import WarderStoreSQLite
import WarderTesting

// The daemon on a disk that keeps unsynced writes in this process's memory, so that a kill loses them as a power cut
// would.
//
// WARDER_TEST_VOLUME  the state directory
// WARDER_TEST_LIES    the disk says that it has synced, and has not: what `synchronous=OFF` would do
// WARDER_TEST_KILL_AT the process is killed at this write, sync or truncation
// WARDER_TEST_KILL_AT_SYNC the process is killed at this sync: what is to be committed there is lost
// WARDER_TEST_RESTORE_KILL the process is killed at this step of a restore
// WARDER_TEST_RESTORE_FILL a file that fills the disk when the restored database is whole
// WARDER_TEST_RESTORE_BLOCK a directory that is made when the way of the restored database is free
// WARDER_TEST_COPY_KILL the process is killed at this step of a copy of the database
// WARDER_TEST_LATER   it is a later release: its schema is LaterSchema's

func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

guard faulty_vfs_install() == 0, let directory = variable("WARDER_TEST_VOLUME") else { exit(70) }
let volume = unsafe faulty_volume_attach(directory)
guard volume >= 0 else { exit(70) }
if variable("WARDER_TEST_LIES") != nil { faulty_volume_lie(volume, 1) }
for (name, operations) in [
    ("WARDER_TEST_KILL_AT", FAULTY_WRITE | FAULTY_SYNC | FAULTY_TRUNCATE), ("WARDER_TEST_KILL_AT_SYNC", FAULTY_SYNC),
] {
    guard let point = variable(name).flatMap(Int32.init) else { continue }
    var fault = faulty_fault()
    fault.operations = Int32(operations)
    fault.files = Int32(FAULTY_ANY_FILE)
    fault.after = point
    fault.times = 1
    fault.code = Int32(FAULTY_KILL)
    faulty_volume_fail(volume, fault)
}
let lastStep = variable("WARDER_TEST_RESTORE_KILL").map { RestoreStep(rawValue: $0) }
if case .some(.none) = lastStep { exit(70) }

/// Writes until the disk has no room any more; it has to be a small one, of the test's own.
@Sendable func fill(_ path: String) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    let block = [UInt8](repeating: 1, count: 4096)
    var written = 0
    while written < 64 << 20, unsafe block.withUnsafeBytes({ unsafe write(file, $0.baseAddress, $0.count) }) > 0 {
        written += block.count
    }
    close(file)
}

@Sendable func reach(_ step: RestoreStep) {
    if step == .closed, let path = variable("WARDER_TEST_RESTORE_FILL") { fill(path) }
    if step == .cleared, let path = variable("WARDER_TEST_RESTORE_BLOCK") { unsafe mkdir(path, 0o700) }
    if step == lastStep { kill(getpid(), SIGKILL) }
}

let lastOfCopy = variable("WARDER_TEST_COPY_KILL").map { CopyStep(rawValue: $0) }
if case .some(.none) = lastOfCopy { exit(70) }
let migrations = variable("WARDER_TEST_LATER") == nil ? Daemon.migrations : LaterSchema.migrations
await Daemon.$migrations.withValue(migrations) {
    await Restore.$reached.withValue({ reach($0) }) {
        await CopyStep.$reached.withValue({ if $0 == lastOfCopy { kill(getpid(), SIGKILL) } }) { await runDaemon() }
    }
}
