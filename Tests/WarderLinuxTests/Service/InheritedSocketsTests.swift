import Foundation
import Glibc
import SystemPackage
import Testing
import WarderLinux

@Suite("Sockets from the service manager")
struct InheritedSocketsTests {
    @Test("sockets come by name, close-on-exec, and the variables are gone")
    func taken() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let directory = try TemporaryDirectory()
            for (index, name) in ["client.sock", "operator.sock"].enumerated() {
                let socket = try SocketFile.bind(path: directory.path(name), mode: 0o600)
                try #require(dup2(socket, 200 + Int32(index)) >= 0)
            }
            announce(count: "2", names: "client:operator")
            #expect(try InheritedSockets.take(first: 200) == ["client": 200, "operator": 201])
            #expect(fcntl(200, F_GETFD) & FD_CLOEXEC != 0 && fcntl(201, F_GETFD) & FD_CLOEXEC != 0)
            for variable in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] {
                #expect(ProcessInfo.processInfo.environment[variable] == nil)
            }
            #expect(try InheritedSockets.take(first: 200).isEmpty)
        }
    }

    @Test("what is not a listening stream socket with a path is refused")
    func unsuitable() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let directory = try TemporaryDirectory()
            let stream = Int32(SOCK_STREAM.rawValue)
            var pair: [Int32] = [0, 0]
            try #require(unsafe socketpair(AF_UNIX, stream, 0, &pair) == 0)
            let network = socket(AF_INET, stream, 0)
            try #require(listen(network, 1) == 0)
            let listener = try SocketFile.bind(path: directory.path("s"), mode: 0o600)
            let abstract = try PeerListener.abstract()
            let datagram = try PeerListener.datagram(directory.path("d"))
            let file = unsafe open("/dev/null", O_RDONLY)
            for descriptor in [pair[0], network, abstract, datagram, file, socket(AF_UNIX, stream, 0)] {
                try #require(dup2(listener, 200) >= 0 && dup2(descriptor, 201) >= 0)
                announce(count: "2", names: "client:operator")
                #expect(throws: InheritedSocketError.unsuitable(index: 1)) { try InheritedSockets.take(first: 200) }
            }
            close(201)
            announce(count: "2", names: "client:operator")
            #expect(throws: InheritedSocketError.kernel(index: 1, .badFileDescriptor)) {
                try InheritedSockets.take(first: 200)
            }
        }
    }

    @Test("two sockets of one name are refused, as are two without names")
    func ambiguous() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let directory = try TemporaryDirectory()
            let listener = try SocketFile.bind(path: directory.path("s"), mode: 0o600)
            for names in ["client:client", nil] {
                try #require(dup2(listener, 200) >= 0 && dup2(listener, 201) >= 0)
                announce(count: "2", names: names)
                #expect(throws: InheritedSocketError.ambiguousName(index: 1)) { try InheritedSockets.take(first: 200) }
            }
        }
    }

    @Test(
        "the variables are read as the protocol has them",
        arguments: [
            (nil, nil, nil, []), ("7", nil, nil, []), (nil, "1", "a", []), ("8", "1", "a", []),
            ("7", "0", nil, []), ("7", "0", "", []), ("7", "1", nil, ["unknown"]), ("7", "1", "a", ["a"]),
            ("7", "2", "a:b", ["a", "b"]), ("7", "2", ":", ["", ""]),
        ] as [(String?, String?, String?, [String])]
    )
    func names(process: String?, count: String?, names: String?, expected: [String]) throws {
        #expect(
            try InheritedSockets.names(process: process, count: count, names: names, ownProcess: 7) == expected
        )
    }

    @Test(
        "variables that contradict the protocol are refused",
        arguments: [
            ("x", "1", "a"), ("7", "-1", "a"), ("7", "1x", "a"), ("7", "1", "a:b"), ("7", "2", "a"), ("7", "65", nil),
            ("7", "99999999999999999999", nil), ("", "1", "a"), ("7", "", "a"), ("7", "0", "a"),
        ] as [(String, String, String?)]
    )
    func malformed(process: String, count: String, names: String?) {
        #expect(throws: InheritedSocketError.malformedEnvironment) {
            try InheritedSockets.names(process: process, count: count, names: names, ownProcess: 7)
        }
    }
}

private func announce(count: String, names: String?) {
    unsafe setenv("LISTEN_PID", "\(getpid())", 1)
    unsafe setenv("LISTEN_FDS", count, 1)
    if let names { unsafe setenv("LISTEN_FDNAMES", names, 1) } else { unsafe unsetenv("LISTEN_FDNAMES") }
}
