import Glibc

/// The program that runs here.
enum OwnProgram {
    /// Its path, without links on the way; `nil` where `/proc` does not tell, or the file is gone.
    static let path: String? = {
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &room, room.count - 1)
        let path = String(decoding: room.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return unsafe access(path, X_OK) == 0 ? path : nil
    }()
}
