import Foundation

/// A service that makes its keys itself and takes any number of them, kept in files; rotated by a hook that is a real
/// program.
final class KeyService: RotatedUpstream {
    let rotator = "exec:keys"
    let settings: [String: String] = [:]
    let helper: [String: String]? = nil
    let overlaps = true
    let stoppable = ["preflight", "create", "set", "test", "retire", "discard"]
    let first = ["value": "first-" + UUID().uuidString.lowercased()]
    let folder: String

    private var stopFile: String { folder + "/control/stop" }
    private var reachedFile: String { folder + "/control/reached" }

    var configuration: String {
        "  hooks:\n    keys: {program: \(folder)/hook, environment: {KEYS: \(folder)/keys, CONTROL: \(folder)/control}}"
    }

    /// `script`: the hook; the other one is `tellingHook`.
    init(in directory: String, script: String = KeyService.hook) throws {
        folder = directory + "/service"
        for name in ["", "/keys", "/control"] {
            try FileManager.default.createDirectory(atPath: folder + name, withIntermediateDirectories: false)
        }
        try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/hook"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/hook")
        let key = #"{"value":"\#(first["value"] ?? "")","active":true}"#
        try Data(key.utf8).write(to: URL(fileURLWithPath: folder + "/keys/first"))
    }

    private struct Key: Decodable {
        var value: String
        var active: Bool
    }

    private func keys() throws -> [Key] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/keys").map { name in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/keys/\(name)"))
            // What is half written is something that was left there, too.
            return (try? JSONDecoder().decode(Key.self, from: bytes)) ?? Key(value: "half: \(name)", active: false)
        }
    }

    /// What a person does there by hand.
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(folder)/keys/\(name)") }

    func accepts(_ values: [String: String]) throws -> Bool {
        try keys().contains { $0.active && $0.value == values["value"] }
    }

    func credentials() throws -> [String] { try keys().map(\.value).sorted() }
    func credential(of values: [String: String]) -> String { values["value"] ?? "" }

    func stop(within step: String) throws {
        try? FileManager.default.removeItem(atPath: reachedFile)
        try Data(step.utf8).write(to: URL(fileURLWithPath: stopFile), options: .atomic)
    }

    func waitUntilStopped() throws {
        _ = try waiting(for: "the hook to stop") { FileManager.default.fileExists(atPath: reachedFile) ? true : nil }
    }

    func goOn() throws { try? FileManager.default.removeItem(atPath: stopFile) }

    /// Lets the hook fail these steps, without doing anything.
    func fail(_ steps: [String]) throws {
        let text = Data(steps.joined(separator: " ").utf8)
        try text.write(to: URL(fileURLWithPath: folder + "/control/fail"), options: .atomic)
    }

    /// As `hook`, but it tells everything that it knows, in every way that it has.
    static let tellingHook = hook.replacing(
        "def middle():",
        with: """
            import base64, urllib.parse

            def tell(value):
                raw = value.encode()
                for form in [value, repr(value), json.dumps(value), raw.hex(), urllib.parse.quote(value, ""),
                             base64.b64encode(raw).decode(), base64.b64encode(b"user:" + raw).decode()]:
                    print(step, "told", form, file=sys.stderr)

            for version in ("current", "candidate", "retiring"):
                if version in job: tell(value(version))
            def middle():
            """
    )
    .replacing("    answer.update(fields=", with: "    tell(made[\"value\"])\n    answer.update(fields=")

    static let hook = """
        #!/usr/bin/python3 -I
        import json, os, sys, time

        keys, control = os.environ["KEYS"] + "/", os.environ["CONTROL"]
        job = json.load(sys.stdin)
        step, name = job["step"], "key-" + job["rotation"]

        def value(version): return job[version]["fields"]["value"]

        try:
            with open(control + "/fail") as file: failing = file.read().split()
        except FileNotFoundError: failing = []

        def middle():
            "Stops here when the test wants it."
            try:
                with open(control + "/stop") as file: wanted = file.read()
            except FileNotFoundError: return
            if wanted != step: return
            open(control + "/reached", "w").close()
            while os.path.exists(control + "/stop"): time.sleep(0.005)

        def read(name):
            try:
                with open(keys + name) as file: return json.load(file)
            except FileNotFoundError: return None

        def write(name, value, active):
            text = json.dumps({"value": value, "active": active})
            with open(keys + "." + name, "w") as file:
                file.write(text[:20])
                file.flush()
                middle()
                file.write(text[20:])
            os.rename(keys + "." + name, keys + name)

        def remove(name, value):
            write(name, value, False)
            os.unlink(keys + name)

        answer = {"outcome": "done"}
        if step in failing:
            answer = {"outcome": "failed", "message": "cannot use " + value("candidate"), "retry": False}
        elif step == "preflight":
            middle()
            answer.update(overlaps=True, makes="upstream")
        elif step == "create":
            made = read(name)
            if made is None:
                made = {"value": "made-" + os.urandom(16).hex()}
                write(name, made["value"], False)
            answer.update(fields={"value": made["value"]}, handle=name)
        elif step == "set":
            if read(job["handle"])["active"]: pass
            else: write(job["handle"], value("candidate"), True)
        elif step == "test":
            middle()
            found = [read(key) for key in os.listdir(keys) if not key.startswith(".")]
            if {"value": value("candidate"), "active": True} not in found: answer = {"outcome": "failed"}
        elif step == "retire":
            for key in os.listdir(keys):
                if not key.startswith(".") and read(key)["value"] == value("retiring"): remove(key, value("retiring"))
        elif step == "discard":
            made = read(name)
            if made is not None: remove(name, made["value"])
            try: os.unlink(keys + "." + name)
            except FileNotFoundError: pass
        json.dump(answer, sys.stdout)
        """
}
