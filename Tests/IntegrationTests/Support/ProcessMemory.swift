import Foundation
import Glibc

/// What the kernel tells root about another process's memory.
struct ProcessMemory {
    let pid: Int32

    struct Unreadable: Error {
        var path: String
    }

    /// The kernel hands out its files in pieces: they have to be read until there is no more.
    private func text(of name: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: "/proc/\(pid)/\(name)") else {
            throw Unreadable(path: "/proc/\(pid)/\(name)")
        }
        return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }

    /// Memory that is in use, in bytes (`VmRSS`).
    func resident() throws -> Int {
        let status = try text(of: "status")
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kibibytes = line?.split(separator: " ").dropLast().last.flatMap({ Int($0) }) else {
            throw Unreadable(path: "/proc/\(pid)/status")
        }
        return kibibytes << 10
    }

    /// A range of addresses that the process may write to.
    struct Mapping {
        var range: Range<UInt>
        var name: String
        /// Whether it can never reach the swap.
        var isLocked = false
    }

    func writableMappings() throws -> [Mapping] {
        let text = try text(of: "smaps")
        var mappings: [Mapping] = []
        var isWritable = false
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0].contains("-"), words.count >= 5 {
                let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                isWritable = words[1].hasPrefix("rw") && bounds.count == 2
                if isWritable {
                    mappings.append(
                        Mapping(range: bounds[0]..<bounds[1], name: words.count > 5 ? String(words[5]) : "")
                    )
                }
            } else if words[0] == "VmFlags:", isWritable, words.contains("lo") {
                mappings[mappings.count - 1].isLocked = true
            }
        }
        return mappings
    }

    /// Where any of `needles` stands in writable memory that is not locked.
    ///
    /// - Returns: for each needle the places, each with the bytes before and after it.
    func find(_ needles: [String]) throws -> [String: [String]] {
        let memory = unsafe open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
        guard memory >= 0 else { throw Unreadable(path: "/proc/\(pid)/mem") }
        defer { close(memory) }
        var found: [String: [String]] = [:]
        for mapping in try writableMappings() where !mapping.isLocked {
            let bytes = Self.read(mapping.range, from: memory)
            for needle in needles {
                for offset in Self.offsets(of: Data(needle.utf8), in: bytes) {
                    let around = bytes[max(offset - 48, 0)..<min(offset + needle.utf8.count + 16, bytes.count)]
                    let text = String(decoding: around.map { (32..<127).contains($0) ? $0 : 46 }, as: UTF8.self)
                    let address = String(mapping.range.lowerBound + UInt(offset), radix: 16)
                    found[needle, default: []].append("\(address) \(mapping.name): \(text)")
                }
            }
        }
        return found
    }

    /// What cannot be read, such as guard pages, holds nothing: zeros stand for it.
    private static func read(_ range: Range<UInt>, from memory: Int32) -> Data {
        var bytes = Data(count: range.count)
        unsafe bytes.withUnsafeMutableBytes { (buffer: UnsafeMutableRawBufferPointer) in
            var offset = 0
            while offset < buffer.count {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[offset...])
                let count = unsafe pread(memory, rest.baseAddress, rest.count, off_t(range.lowerBound) + offset)
                offset += count > 0 ? count : 4096
            }
        }
        return bytes
    }

    private static func offsets(of needle: Data, in bytes: Data) -> [Int] {
        var offsets: [Int] = []
        var rest = bytes.indices
        while let hit = bytes.range(of: needle, in: rest) {
            offsets.append(hit.lowerBound)
            rest = hit.upperBound..<bytes.endIndex
        }
        return offsets
    }
}
