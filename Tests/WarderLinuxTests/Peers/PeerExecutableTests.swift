import Foundation
import Glibc
import Locking
import Testing
import WarderLinux
import WarderModel

@Suite("A peer's executable")
struct PeerExecutableTests {
    private let everything = Set(AttestationNeed.allCases)
    private let hashing = AttestationOptions(sha256: { CommandDigest() })

    @Test("path, device, inode and hash are those of the file")
    func facts() throws {
        let meeting = try Meeting(options: hashing)
        let path = try PeerProgram.path()
        let executable = try #require(try meeting.peer.attest(needs: everything).executable)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(executable.path == path)
        #expect(executable.inode == attributes[.systemFileNumber] as? UInt64)
        #expect(executable.device == attributes[.systemNumber] as? UInt64)
        #expect(executable.sha256 == (try Tool.sha256(file: path)))
        #expect(try meeting.peer.attest(needs: everything).executable == executable)
    }

    @Test("the file is not read unless its hash is needed")
    func pathOnly() throws {
        let computations = Locked(0)
        let options = AttestationOptions(sha256: {
            computations.withLock { $0 += 1 }
            return CommandDigest()
        })
        let meeting = try Meeting(options: options)
        let executable = try #require(try meeting.peer.attest(needs: [.executablePath]).executable)
        #expect(executable.sha256 == nil)
        #expect(meeting.peer.mustHash(for: [.executablePath]) == false)
        #expect(computations.withLock { $0 } == 0)
    }

    @Test("an executable that has long been there is hashed once for all its processes")
    func hashedOnce() throws {
        let computations = Locked(0)
        let attestor = Attestor(
            options: AttestationOptions(sha256: {
                computations.withLock { $0 += 1 }
                return CommandDigest()
            })
        )
        for round in 0..<2 {
            let meeting = try Meeting()
            try meeting.process.becomeCat()
            let peer = try attestor.open(socket: meeting.connection.descriptor)
            #expect(peer.mustHash(for: everything) == (round == 0))
            for _ in 0..<3 {
                #expect(try peer.attest(needs: everything).executable?.sha256 == Tool.sha256(file: "/usr/bin/cat"))
            }
        }
        #expect(computations.withLock { $0 } == 1)
    }

    @Test("an executable above the limit has no hash, one of exactly the limit has")
    func sizeLimit() throws {
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: PeerProgram.path())[.size] as? Int64
        )
        for (limit, isHashed) in [(size, true), (size - 1, false), (0, false)] {
            let options = AttestationOptions(maximumExecutableSize: limit, sha256: { CommandDigest() })
            let meeting = try Meeting(options: options)
            let executable = try #require(try meeting.peer.attest(needs: everything).executable)
            #expect((executable.sha256 != nil) == isHashed, "limit \(limit)")
            #expect(executable.path != nil)
            if !isHashed { #expect(meeting.peer.mustHash(for: everything) == false) }
        }
    }

    @Test("a deleted executable has no path; its hash is that of what runs")
    func deleted() throws {
        let directory = try TemporaryDirectory()
        let program = directory.path("x")
        try PeerProgram.copy(to: program)
        let meeting = try Meeting(options: hashing, program: program)
        #expect(try meeting.peer.attest(needs: everything).executable?.path == program)
        try FileManager.default.removeItem(atPath: program)
        let executable = try #require(try meeting.peer.attest(needs: everything).executable)
        #expect(executable.path == nil)
        #expect(executable.sha256 == (try Tool.sha256(file: PeerProgram.path())))
    }

    @Test("an executable replaced by a new file of the same name has no path")
    func replaced() throws {
        let directory = try TemporaryDirectory()
        let program = directory.path("x")
        try PeerProgram.copy(to: program)
        let meeting = try Meeting(program: program)
        try FileManager.default.removeItem(atPath: program)
        try PeerProgram.copy(to: program)
        #expect(try meeting.peer.attest(needs: everything).executable?.path == nil)
    }

    @Test("a file that is named \"x (deleted)\" keeps its name")
    func namedDeleted() throws {
        let directory = try TemporaryDirectory()
        let program = directory.path("x (deleted)")
        try PeerProgram.copy(to: program)
        let meeting = try Meeting(program: program)
        #expect(try meeting.peer.attest(needs: everything).executable?.path == program)
    }

    @Test("a deleted executable does not pass for a file that is named \"x (deleted)\"")
    func pretendingDeleted() throws {
        let directory = try TemporaryDirectory()
        let program = directory.path("x")
        try PeerProgram.copy(to: program)
        let meeting = try Meeting(program: program)
        try FileManager.default.removeItem(atPath: program)
        try PeerProgram.copy(to: directory.path("x (deleted)"))
        let executable = try #require(try meeting.peer.attest(needs: everything).executable)
        #expect(executable.path == nil)
    }

    @Test("a daemon without privilege sees a peer of another user without executable, but with everything else")
    func unprivilegedDaemon() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let meeting = try Meeting()
            try #require(setgroups(0, nil) == 0 && setgid(65534) == 0 && setuid(65534) == 0)
            let peer = try Attestor(options: AttestationOptions(sha256: { CommandDigest() }))
                .open(socket: meeting.connection.descriptor)
            let seen = try peer.attest(needs: Set(AttestationNeed.allCases))
            #expect(seen.executable == nil)
            #expect(seen.uid == 0 && seen.pid == meeting.process.pid)
            #expect(seen.attestation == .pidfd && seen.startTime > 0)
            #expect(peer.mustHash(for: [.executableHash]) == false)
        }
    }

    @Test("path and hash always belong together, however often the peer executes another program")
    func consistentUnderExec() throws {
        let directory = try TemporaryDirectory()
        let programs = [directory.path("a"), directory.path("b")]
        for program in programs {
            try PeerProgram.copy(to: program)
            // Alike in size, so that nothing but the file itself tells them apart.
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: program))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(program.utf8.suffix(1)))
            try handle.close()
        }
        let hashes = [programs[0]: try Tool.sha256(file: programs[0]), programs[1]: try Tool.sha256(file: programs[1])]
        let meeting = try Meeting(options: AttestationOptions(sha256: { LastByteDigest(hashes: hashes) }))
        try meeting.process.tell("flip \(programs[0]) \(programs[1])")
        var counts: [String: Int] = [:]
        for _ in 0..<2000 {
            let executable = try meeting.peer.attest(needs: everything).executable
            // Nothing is known of what was replaced before it could be looked at.
            guard let executable, let path = executable.path, let hash = executable.sha256 else { continue }
            counts[path, default: 0] += 1
            if programs.contains(path) { #expect(hash == hashes[path]) }
        }
        #expect(programs.allSatisfy { counts[$0, default: 0] > 0 }, "both were seen: \(counts)")
    }
}

/// Tells the two programs of a test apart without running a command two thousand times.
private struct LastByteDigest: StreamingDigest {
    let hashes: [String: String]
    private var last: UInt8 = 0

    init(hashes: [String: String]) {
        self.hashes = hashes
    }

    mutating func update(_ bytes: RawSpan) {
        if bytes.byteCount > 0 { last = unsafe bytes.unsafeLoad(fromByteOffset: bytes.byteCount - 1, as: UInt8.self) }
    }

    mutating func finish() -> [UInt8] {
        let name = last == UInt8(ascii: "b") ? "/b" : "/a"
        let hex = Array((hashes.first { $0.key.hasSuffix(name) }?.value ?? "").utf8)
        return stride(from: 0, to: hex.count - 1, by: 2).compactMap { offset in
            UInt8(String(decoding: hex[offset...(offset + 1)], as: UTF8.self), radix: 16)
        }
    }
}
