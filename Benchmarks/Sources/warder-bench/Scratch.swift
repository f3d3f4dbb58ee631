import Dispatch
import Foundation
import Synchronization

/// What a run leaves on the machine while it lasts: directories and the processes that it started.
final class Scratch: Sendable {
    /// On the disk that is measured, the owner's alone.
    let disk: String
    /// For sockets, whose paths have to be short.
    let sockets: String
    /// In memory, where a sync costs nothing.
    let memory: String
    private let processes = Mutex<Set<Int32>>([])

    init(on disk: String) throws {
        self.disk = try Self.makeDirectory(URL(fileURLWithPath: disk).path + "/bench-XXXXXX")
        sockets = try Self.makeDirectory("/tmp/warder-bench-XXXXXX")
        memory = try Self.makeDirectory("/dev/shm/warder-bench-XXXXXX")
    }

    private static func makeDirectory(_ template: String) throws -> String {
        var path = template.utf8CString
        let made = unsafe path.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { throw Failure("\(template): a directory cannot be made here") }
        return made
    }

    func add(process: Int32) { processes.withLock { _ = $0.insert(process) } }
    func remove(process: Int32) { processes.withLock { _ = $0.remove(process) } }

    /// Ends what was started and removes what was written.
    func cleanUp() {
        for process in processes.withLock({ $0 }) { kill(process, SIGKILL) }
        for directory in [disk, sockets, memory] { try? FileManager.default.removeItem(atPath: directory) }
    }

    /// Children of this process do not hear of Ctrl-C by themselves.
    ///
    /// Holds for as long as the result lives.
    func cleaningUpOnSignals() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                self.cleanUp()
                exit(128 + number)
            }
            source.resume()
            return source
        }
    }
}
