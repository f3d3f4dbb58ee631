import Glibc

@testable import WarderStoreSQLite

extension Harness {
    /// What the vault itself reads of the files of a database: `w`, a write-ahead log as it comes; `c`, one that holds, and
    /// then has one bit turned; `h`, the first page.
    static let database = Harness("database") { input in
        var rest = Input(input)
        switch rest.byte() {
        case UInt8(ascii: "w"): try readLog(Array(rest.rest))
        case UInt8(ascii: "c"): try turnBit(&rest)
        case UInt8(ascii: "h"): try readPage(Array(rest.rest))
        default: return
        }
    }

    private static func readLog(_ bytes: [UInt8]) throws {
        guard let offset = try damage(in: bytes) else { return }
        try hold(offset == 0 || (LogFile.headerBytes..<bytes.count).contains(offset), "damage lies in the log")
        let rest = try damage(in: Array(bytes.prefix(offset)))
        try hold(rest == nil, "a log that ends before its damage has none")
    }

    private static let pageBytes = 512

    /// Frames of one round that follow one another.
    private static func turnBit(_ input: inout Input) throws {
        let bit = input.word()
        let salts: [UInt32] = [1, 2]
        var log = bytes([0x377f_0683, 3_007_000, UInt32(pageBytes), 0] + salts)
        var sum = checksum([0, 0], log)
        log += bytes(sum)
        while !input.rest.isEmpty {
            let head = bytes([UInt32(input.byte()), UInt32(input.byte() & 1)])
            var page: [UInt8] = []
            while page.count < pageBytes { page.append(input.byte()) }
            sum = checksum(checksum(sum, head), page)
            log += head + bytes(salts + sum) + page
        }
        let whole = try damage(in: log)
        try hold(whole == nil, "a log that holds is not damaged")
        let place = bit / 8 % log.count
        log[place] ^= 1 << UInt8(bit % 8)
        guard let offset = try damage(in: log) else { return }
        let frameBytes = 24 + pageBytes
        let inFrames = place - LogFile.headerBytes
        let frame = inFrames < 0 ? 0 : LogFile.headerBytes + inFrames / frameBytes * frameBytes
        try hold(offset == frame, "damage begins with the frame that does not hold")
    }

    private static func readPage(_ bytes: [UInt8]) throws {
        let header = DatabaseHeader(bytes, newest: 7)
        try hold(header.page.count == DatabaseHeader.pageBytes, "a page has its length")
        let again = DatabaseHeader(header.page, newest: 7)
        try hold(again.page == header.page && !again.isDamaged, "what was put right is right")
    }

    /// Where the log is damaged.
    private static func damage(in log: [UInt8]) throws -> Int? {
        let path = "/tmp/warder-fuzz-\(getpid()).wal"
        let file = unsafe open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Broken(property: "a file can be made") }
        defer {
            close(file)
            unsafe unlink(path)
        }
        let written = unsafe write(file, log, log.count)
        guard written == log.count else { throw Broken(property: "a file takes an input") }
        return try LogFile.damage(of: path)?.offset
    }

    /// The engine's own, over words with the most significant byte first.
    private static func checksum(_ start: [UInt32], _ bytes: [UInt8]) -> [UInt32] {
        var (first, second) = (start[0], start[1])
        for place in stride(from: 0, to: bytes.count, by: 8) {
            first &+= word(bytes, place) &+ second
            second &+= word(bytes, place + 4) &+ first
        }
        return [first, second]
    }

    private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func bytes(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
    }
}
