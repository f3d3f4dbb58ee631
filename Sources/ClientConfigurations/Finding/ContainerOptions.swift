/// Variables that `docker run` and its kin are given as arguments: `-e NAME=value`.
///
/// With `-e NAME` alone they hand on their own variable, which is how such a value can leave the arguments. Only
/// options before the image are theirs; what stands behind it belongs to the program in the container.
struct ContainerOptions {
    struct Variable: Hashable {
        let name: String
        /// Bytes of the argument before the value: `NAME=`, `--env=NAME=`.
        let head: Int
    }

    /// By the number of the argument.
    private(set) var variables: [Int: Variable] = [:]
    /// Number of the argument behind its own options: of the image, or the container.
    private var end = 0

    init(_ arguments: ArraySlice<String>, program: String) {
        guard Self.isClient(program),
            let run = arguments.firstIndex(where: { $0 == "run" || $0 == "exec" })
        else {
            end = arguments.endIndex
            return
        }
        // Options of the client itself may stand before `run`; none of them is a variable.
        var index = run + 1
        while index < arguments.endIndex, arguments[index].hasPrefix("-"), arguments[index] != "--" {
            let argument = arguments[index]
            let next = index + 1
            switch argument {
            case "-e", "--env":
                if next < arguments.endIndex { add(arguments[next], at: next, skipping: 0) }
                index += 2
            case _ where argument.hasPrefix("--env="):
                add(argument, at: index, skipping: 6)
                index += 1
            case _ where argument.hasPrefix("-e") && !argument.hasPrefix("--"):
                add(argument, at: index, skipping: 2)
                index += 1
            default:
                index += Self.takesValue(argument) ? 2 : 1
            }
        }
        end = min(index, arguments.endIndex)
    }

    /// Which words of a command line are options of a program that starts a container, and not of what runs in it.
    static func own(in words: [String]) -> Range<Int> {
        guard let client = words.firstIndex(where: isClient) else { return 0..<0 }
        return client + 1..<ContainerOptions(words[(client + 1)...], program: words[client]).end
    }

    /// Whether a program starts containers.
    static func isClient(_ program: String) -> Bool {
        ["docker", "podman", "nerdctl", "docker-compose", "podman-compose"].contains(program)
    }

    private mutating func add(_ argument: String, at index: Int, skipping skipped: Int) {
        let bytes = Array(argument.utf8)
        guard let equals = bytes[skipped...].firstIndex(of: UInt8(ascii: "=")), equals > skipped else { return }
        let name = String(decoding: bytes[skipped..<equals], as: UTF8.self)
        variables[index] = Variable(name: name, head: equals + 1)
    }

    private static func takesValue(_ option: String) -> Bool {
        guard option.hasPrefix("--") else {
            // `-it` is two switches; of the short options these take none.
            return !option.dropFirst().allSatisfy { "itdPqT".contains($0) }
        }
        return !option.contains("=") && !switches.contains(option)
    }

    private static let switches: Set<String> = [
        "--rm", "--interactive", "--tty", "--detach", "--init", "--privileged", "--read-only", "--publish-all",
        "--no-healthcheck", "--oom-kill-disable", "--sig-proxy", "--quiet", "--disable-content-trust", "--replace",
        "--tls-verify", "--no-hosts", "--rmi", "--no-TTY", "--no-deps", "--service-ports", "--use-aliases", "--build",
        "--remove-orphans",
    ]
}
