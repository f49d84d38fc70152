// SPDX-License-Identifier: Apache-2.0

/**
 * A VirtualMachine with a text in as many fields as its API has, to plant
 * secrets in.
 */
export const everyVmField = () => ({
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  metadata: {
    name: 't',
    namespace: 't',
    uid: 't',
    labels: { a: 't' },
    annotations: { a: 't', 'kubectl.kubernetes.io/last-applied': 't' },
    ownerReferences: [{ name: 't', kind: 't', uid: 't', apiVersion: 't' }],
  },
  spec: {
    runStrategy: 't',
    instancetype: {
      name: 't',
      kind: 't',
      revisionName: 't',
      inferFromVolume: 't',
    },
    preference: { name: 't', kind: 't', revisionName: 't' },
    dataVolumeTemplates: [
      {
        metadata: { name: 't', annotations: { a: 't' } },
        spec: {
          source: {
            http: { url: 't', secretRef: 't', certConfigMap: 't' },
            registry: { url: 't', secretRef: 't' },
            s3: { url: 't', secretRef: 't' },
          },
          storage: { storageClassName: 't' },
        },
      },
    ],
    template: {
      metadata: { labels: { a: 't' }, annotations: { a: 't' } },
      spec: {
        hostname: 't',
        subdomain: 't',
        architecture: 't',
        priorityClassName: 't',
        schedulerName: 't',
        startStrategy: 't',
        evictionStrategy: 't',
        dnsPolicy: 't',
        dnsConfig: {
          nameservers: ['t'],
          searches: ['t'],
          options: [{ name: 't', value: 't' }],
        },
        nodeSelector: { a: 't' },
        tolerations: [{ key: 't', value: 't' }],
        affinity: { nodeAffinity: { x: 't' } },
        readinessProbe: {
          exec: { command: ['t'] },
          httpGet: { path: 't', httpHeaders: [{ name: 't', value: 't' }] },
        },
        livenessProbe: { exec: { command: ['t'] } },
        accessCredentials: [
          {
            sshPublicKey: {
              source: { secret: { secretName: 't' } },
              propagationMethod: { qemuGuestAgent: { users: ['t'] } },
            },
          },
          { userPassword: { source: { secret: { secretName: 't' } } } },
        ],
        domain: {
          cpu: {
            cores: 2,
            sockets: 1,
            threads: 1,
            model: 't',
            features: [{ name: 't', policy: 't' }],
          },
          memory: { guest: 't', hugepages: { pageSize: 't' } },
          machine: { type: 't' },
          clock: { timezone: 't' },
          resources: { requests: { memory: 't', cpu: 't' } },
          firmware: {
            uuid: 't',
            serial: 't',
            bootloader: { efi: { secureBoot: false } },
            kernelBoot: {
              kernelArgs: 't',
              container: { image: 't', imagePullSecret: 't', kernelPath: 't' },
            },
            acpi: { slicNameRef: 't' },
          },
          chassis: { manufacturer: 't', serial: 't', asset: 't', sku: 't' },
          launchSecurity: { sev: { session: 't', dhCert: 't' } },
          ioThreadsPolicy: 't',
          devices: {
            tpm: { persistent: true },
            disks: [
              { name: 'secretdisk', serial: 't', disk: { bus: 't' }, tag: 't' },
              { name: 'cd', cdrom: { bus: 't' } },
              { name: 'lun', lun: { bus: 't' } },
            ],
            interfaces: [
              {
                name: 'nic',
                model: 't',
                macAddress: 't',
                masquerade: {},
                tag: 't',
                ports: [{ name: 't', protocol: 't' }],
                dhcpOptions: {
                  bootFileName: 't',
                  privateOptions: [{ value: 't' }],
                },
                binding: { name: 't' },
              },
            ],
            gpus: [{ name: 't', deviceName: 't' }],
            hostDevices: [{ name: 't', deviceName: 't' }],
            inputs: [{ name: 't', bus: 't', type: 't' }],
            filesystems: [{ name: 't' }],
            watchdog: { name: 't', i6300esb: { action: 't' } },
          },
        },
        networks: [
          { name: 'pod', pod: { vmNetworkCIDR: 't' } },
          { name: 'net', multus: { networkName: 't' } },
        ],
        volumes: [
          {
            name: 'cloudinit',
            cloudInitNoCloud: {
              userData: 't',
              userDataBase64: 't',
              networkData: 't',
              networkDataBase64: 't',
              secretRef: { name: 't' },
              networkDataSecretRef: { name: 't' },
            },
          },
          { name: 'drive', cloudInitConfigDrive: { userData: 't' } },
          { name: 'sys', sysprep: { secret: { name: 't' } } },
          { name: 'sec', secret: { secretName: 't', volumeLabel: 't' } },
          { name: 'conf', configMap: { name: 't', volumeLabel: 't' } },
          { name: 'sa', serviceAccount: { serviceAccountName: 't' } },
          { name: 'down', downwardAPI: { fields: [{ path: 't' }] } },
          {
            name: 'image',
            containerDisk: { image: 't', imagePullSecret: 't', path: 't' },
          },
          { name: 'host', hostDisk: { path: 't', type: 't', shared: true } },
          { name: 'secretdisk', dataVolume: { name: 't' } },
          { name: 'pvc', persistentVolumeClaim: { claimName: 't' } },
        ],
      },
    },
  },
  status: { printableStatus: 't', memoryDumpRequest: { claimName: 't' } },
});
