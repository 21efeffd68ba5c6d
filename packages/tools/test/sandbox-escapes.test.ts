/** Ways out of a sandbox, tried for real: none of them leads anywhere. */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { homedir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory, textOf } from './support.ts'
import { inside, noSandbox, status } from './support-sandbox.ts'

const MEGABYTE = 1024 ** 2
/** Of this run of the tests alone: others may be at work on the machine. */
const OWN = process.pid
const WITH_NODE = { readable: [process.execPath] }

/** A folder in the real home, removed when the test has finished. */
function inTheHome(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(homedir(), '.seamfold-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const listening = (server: Server, where: string | { readonly port: number; readonly host: string }): Promise<void> =>
  new Promise((resolve) => void server.listen(where, resolve))

const running = (text: string): boolean =>
  readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text)
    } catch {
      // It ended between being listed and being read.
      return false
    }
  })

describe.skipIf(noSandbox)('files', () => {
  test('of the home are not there, whatever leads to them', async () => {
    const folder = inTheHome({ id_rsa: 'PRIVATE' })
    const root = temporaryDirectory()
    symlinkSync(folder, join(root, 'link'))
    symlinkSync(join(folder, 'id_rsa'), join(root, 'key'))
    const ways = [
      `cat ${folder}/id_rsa`,
      'cat link/id_rsa',
      'cat key',
      `cat /proc/1/root${folder}/id_rsa`,
      `cat /proc/self/root${folder}/id_rsa`,
      'cat link/../*/id_rsa',
    ]
    const text = textOf(await inside(root).run(`${ways.join('; ')}; ls -a ~ | grep seamfold-test`))
    expect(text).not.toContain('PRIVATE')
    expect(text).not.toContain(folder.split('/').at(-1) + '\n[exit code 0')
  })

  test('of the home are not written, nor made through a link', async () => {
    const folder = inTheHome({ profile: 'mine' })
    const root = temporaryDirectory()
    symlinkSync(folder, join(root, 'link'))
    await inside(root).run(
      `echo evil > link/profile; echo evil > link/new; mkdir -p ${folder}; echo evil > ${folder}/profile; echo evil > ${folder}/new`,
    )
    expect(readFileSync(join(folder, 'profile'), 'utf8')).toBe('mine')
    expect(readdirSync(folder)).toEqual(['profile'])
  })

  test.each(['frozen', 'writable', 'readable', 'hidden'] as const)(
    'of the home are not shown by a link in the place of what is %s',
    async (option) => {
      const folder = inTheHome({ id_rsa: 'PRIVATE' })
      const root = temporaryDirectory()
      symlinkSync(relative(root, join(folder, '..')), join(root, 'link'))
      symlinkSync(relative(root, folder), join(root, 'direct'))
      const name = basename(folder)
      const { run } = inside(root, { [option]: [`link/${name}/id_rsa`, `link/${name}`, `link/${name}/a/b`, 'direct', 'direct/id_rsa'] })
      const result = await run(
        `cat link/${name}/id_rsa direct/id_rsa ${folder}/id_rsa; echo evil > direct/id_rsa; echo evil > link/${name}/id_rsa; echo ran`,
      )
      expect(textOf(result)).toContain('ran')
      expect(textOf(result)).not.toContain('PRIVATE')
      expect(readFileSync(join(folder, 'id_rsa'), 'utf8')).toBe('PRIVATE')
    },
  )

  test('of the home are not shown by a path of programs that holds it', async () => {
    const folder = inTheHome({ id_rsa: 'PRIVATE' })
    const { run } = inside(temporaryDirectory(), {}, { PATH: `${homedir()}:/:/tmp:/usr/bin:/bin` })
    expect(textOf(await run(`cat ${folder}/id_rsa`))).not.toContain('PRIVATE')
  })

  test('of the machine outside of programs and settings are not there', async () => {
    const beside = temporaryDirectory({ 'note.txt': 'PRIVATE' })
    const { run } = inside(temporaryDirectory())
    expect(textOf(await run(`cat ${beside}/note.txt; ls /tmp; ls -A /run /mnt /srv /media /var/lib /home /root 2>&1`))).not.toContain(
      'PRIVATE',
    )
    expect(textOf(await run('ls -A /run /var/run/docker.sock'))).not.toContain('docker.sock\n')
  })

  test.each(['/etc/hosts', '/usr/x', '/x', '/bin/x', '/proc/sys/kernel/hostname', '/proc/self/oom_score_adj/x', '/var/lib/x', '/sys/x'])(
    '%s is not written',
    async (path) => {
      expect(await inside(temporaryDirectory()).run(`cat < ${path} >/dev/null 2>&1; echo x >> ${path}`)).toMatchObject({ isError: true })
    },
  )

  test('that only administrators read are not read, also where the agent is root', async () => {
    const secrets = ['/etc/shadow', '/etc/gshadow', '/etc/sudoers', '/etc/ssh/ssh_host_rsa_key', '/proc/kcore', '/proc/kmsg'].filter(
      (path) => existsSync(path),
    )
    const read = secrets.map(async (path) => (await inside(temporaryDirectory()).run(`head -c 1 ${path} | grep .`)).isError)
    expect(await Promise.all(read)).toEqual(secrets.map(() => true))
  })

  test('that this process or the sandbox holds open are not handed on', async () => {
    // Not in a pipe: the shell may still hold its ends while they are listed.
    expect(await inside(temporaryDirectory()).text('ls /proc/$$/fd > found; tr "\\n" " " < found')).toBe('0 1 2 ')
  })

  test('in /proc are those of the sandbox only', async () => {
    const other = spawn('sleep', [`61.5${OWN}`], { env: { PLANTED: 'PRIVATE' } })
    onTestFinished(() => void other.kill())
    const text = textOf(
      await inside(temporaryDirectory()).run(
        `cat /proc/*/environ /proc/*/cmdline | tr '\\0' ' '; ls -d /proc/[0-9]* | wc -l; ls /proc/${process.pid}`,
      ),
    )
    expect(text).not.toContain('PRIVATE')
    expect(text).not.toContain(`61.5${OWN}`)
  })
})

describe.skipIf(noSandbox)('the kernel', () => {
  test.each([
    ['mounting', 'mkdir -p /tmp/m && mount -t tmpfs none /tmp/m'],
    ['mounting over what is frozen', 'mount --bind /tmp /usr'],
    ['unmounting', 'umount /usr || umount -l /proc'],
    ['making what is mounted writable', 'mount -o remount,rw /usr && touch /usr/x'],
    ['another user namespace', 'unshare -U true'],
    ['a user namespace with all rights', 'unshare -Urm true'],
    ['a device', 'mknod /tmp/disk b 8 0'],
    ['another host name', 'hostname evil'],
    ['a root of its own', 'chroot /tmp /bin/true'],
    ['more processes than are allowed', 'prlimit --nproc=unlimited:unlimited true'],
    ['more memory than is allowed', 'prlimit --data=unlimited:unlimited true'],
  ])('does not give %s', async (_, command) => {
    expect(await inside(temporaryDirectory()).run(command)).toMatchObject({ isError: true })
  })

  test('gives no capability, and no way to get one', async () => {
    expect(
      await inside(temporaryDirectory()).text(
        "grep -E '^(CapPrm|CapEff|CapBnd|NoNewPrivs)' /proc/self/status | awk '{print $2}' | sort -u",
      ),
    ).toBe('0000000000000000\n1\n')
  })

  test('keeps the settings of the machine as they are', async () => {
    const setting = '/proc/sys/kernel/core_pattern'
    const before = readFileSync(setting, 'utf8')
    // The same value, so that nothing is lost where this test fails.
    expect(await inside(temporaryDirectory()).run(`cat ${setting} > /tmp/same && cat /tmp/same > ${setting}`)).toMatchObject({
      isError: true,
    })
    expect(readFileSync(setting, 'utf8')).toBe(before)
  })

  test('lets nobody trace or signal processes of the machine', async () => {
    const other = spawn('sleep', [`61.25${OWN}`])
    onTestFinished(() => void other.kill())
    await inside(temporaryDirectory()).run(`kill -9 ${other.pid}; kill -9 -1`)
    expect(running(`sleep 61.25${OWN}`)).toBe(true)
    expect(await inside(temporaryDirectory()).run(`head -c 1 /proc/${other.pid}/mem`)).toMatchObject({ isError: true })
  })
})

describe.skipIf(noSandbox)('the network', () => {
  test('is closed: TCP, UDP, names, and this machine', async () => {
    const server = createServer((socket) => socket.end('PRIVATE'))
    await listening(server, { port: 0, host: '127.0.0.1' })
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const datagrams: string[] = []
    const udp = createSocket('udp4').on('message', (message) => void datagrams.push(message.toString()))
    await new Promise<void>((resolve) => void udp.bind(0, '127.0.0.1', resolve))
    onTestFinished(() => void udp.close())
    const { run } = inside(temporaryDirectory())
    expect(textOf(await run(`exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`))).not.toContain('PRIVATE')
    await run(`echo sent > /dev/udp/127.0.0.1/${udp.address().port}`)
    const names = await run('getent hosts example.com')
    expect(names).toMatchObject({ isError: true })
    expect(datagrams).toEqual([])
    expect(textOf(await run('cat /proc/net/dev'))).not.toMatch(/eth|ens|wlan/)
  })

  test('is not reached through sockets of the file system or without a name', async () => {
    const folder = inTheHome({})
    const path = join(folder, 'agent.sock')
    const served: string[] = []
    const serve = async (where: string): Promise<void> => {
      const server = createServer(() => void served.push(where))
      await listening(server, where)
      onTestFinished(() => void server.close())
    }
    await serve(path)
    await serve('\0seamfold-test-abstract')
    const { run } = inside(temporaryDirectory(), WITH_NODE, { PATH: process.env.PATH ?? '', SSH_AUTH_SOCK: path })
    expect(textOf(await run(connectTo(path).replace('require', 'console.log(1), require')))).toMatch(/^1/)
    const text = textOf(await run(`echo "[$SSH_AUTH_SOCK]"; ${connectTo(path)}; ${connectTo('\\0seamfold-test-abstract')}`))
    expect(text).toContain('[]')
    expect(text).not.toContain('connected')
    expect(served).toEqual([])
  })
})

const connectTo = (path: string): string =>
  `'${process.execPath}' -e "require('net').connect('${path}').on('connect', () => { console.log('connected'); process.exit() }).on('error', () => process.exit())"`

describe.skipIf(noSandbox)('processes', () => {
  test('in the background end with the command, whatever they do to hide', async () => {
    const root = temporaryDirectory()
    const result = await inside(root).run(
      `env -i setsid sh -c "trap : TERM; sleep 62.125${OWN}; sleep 62.125${OWN}" >/dev/null 2>&1 & (env -i setsid nohup sleep 62.125${OWN} &) ; sleep 0.1; echo started`,
    )
    expect(textOf(result)).toMatch(/^started\n\[\d processes that it left were ended\]$/)
    expect(running(`62.125${OWN}`)).toBe(false)
  })

  test('end with a command that is cancelled', async () => {
    const { run } = inside(temporaryDirectory())
    expect(await run(`env -i setsid sleep 62.375${OWN} & sleep 62.375${OWN}`, 300)).toMatchObject({ errorKind: 'timeout' })
    expect(running(`62.375${OWN}`)).toBe(false)
  })

  test('end with an agent that is killed, however they hide', async () => {
    const root = temporaryDirectory()
    const source = `
      import { sandboxedShell } from ${JSON.stringify(join(import.meta.dirname, '../src/sandbox/sandboxed-shell.ts'))}
      const hidden = '(env -i setsid sh -c "trap : TERM HUP; sleep 62.625${OWN}; sleep 62.625${OWN}" >/dev/null 2>&1 &); sleep 0.1; echo started; sleep 62.625${OWN}'
      await sandboxedShell({ directory: ${JSON.stringify(root)}, sandbox: 'required' }).run(hidden, {
        timeoutMs: 600_000, signal: new AbortController().signal, onOutput: (chunk) => process.stdout.write(chunk),
      })`
    const agent = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => void agent.stdout.once('data', resolve))
    expect(running(`sleep 62.625${OWN}`)).toBe(true)
    agent.kill('SIGKILL')
    await expect.poll(() => running(`sleep 62.625${OWN}`), { timeout: 5_000 }).toBe(false)
  })

  test('are bounded: a fork bomb ends with its time', { timeout: 60_000 }, async () => {
    // It doubles ten times a second: where processes are counted, and not held by the kernel, it is ended at few of them.
    const result = await inside(temporaryDirectory(), { limits: { processes: 24 } }).run(
      `bomb${OWN}() { sleep 0.1; bomb${OWN} | bomb${OWN} & }; bomb${OWN}; sleep 31`,
      3_000,
    )
    expect(result.isError).toBe(true)
    expect(running(`bomb${OWN}()`)).toBe(false)
  })

  test.skipIf(status.state === 'ready' && status.limits === 'time')('are no more than allowed', async () => {
    const text = textOf(
      await inside(temporaryDirectory(), { limits: { processes: 30 } }).run(
        'for i in $(seq 60); do sleep 3 & done 2>/dev/null; ls -d /proc/[0-9]* | wc -l',
        2_000,
      ),
    )
    expect(text).toMatch(/fork|exit code|Ended/)
  })

  test('get no more memory than allowed', { timeout: 60_000 }, async () => {
    const hog = `'${process.execPath}' -e "const kept = []; for (let n = 0; n < 60; n++) kept.push(Buffer.alloc(${10 * MEGABYTE}, 1)); console.log('kept', kept.length)"`
    const { run } = inside(temporaryDirectory(), { ...WITH_NODE, limits: { memoryBytes: 300 * MEGABYTE } })
    const result = await run(hog)
    expect(result.isError).toBe(true)
    expect(textOf(result)).not.toContain('kept 60')
    expect(textOf(await inside(temporaryDirectory(), WITH_NODE).run(hog))).toContain('kept 60')
  })

  test('fill no more of /tmp than allowed', async () => {
    const { run } = inside(temporaryDirectory(), { limits: { temporaryBytes: MEGABYTE } })
    const result = await run('head -c 5000000 /dev/zero > /tmp/large')
    expect(result).toMatchObject({ isError: true })
    expect(textOf(result)).toContain('[The sandbox limits memory, processes and the size of /tmp]')
  })
})
