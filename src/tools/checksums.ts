import type { PlatformName, ToolName } from './tool.js';

/** sha256 of what is downloaded (Helm: the archive, kubectl: the program), by version and platform. */
export type Checksums = Readonly<
  Record<ToolName, Readonly<Partial<Record<string, Readonly<Partial<Record<PlatformName, string>>>>>>>
>;

/**
 * The hashes that Helm and kubectl are checked against. A checksum file on the download host only shows that the
 * download was complete; a hash that came another way shows that the host still serves what it published.
 *
 * Each hash was read from public projects that pin the same file, which did so at different times, and was taken only
 * where all of them agree. The line above a version names them: `release page` is
 * a copy of https://github.com/helm/helm/releases; `kubespray` and `kops` are in kubernetes-sigs and kubernetes, `cert-manager`
 * is cert-manager/makefile-modules, `argo-cd` is argoproj/argo-cd, `rules_helm` is periareon/rules_helm, `Scoop` is
 * ScoopInstaller/Main, `constellation` is edgelesssys/constellation, `cluster-template` is onedr0p/cluster-template;
 * `others` are smaller repositories. Platforms for which only one of them was found are named after `single:`.
 *
 * Adding a version: take the hashes of all four Linux and macOS builds from the release page (Helm) or from
 * https://dl.k8s.io/release/v<version>/bin/<os>/<arch>/kubectl.sha256, and compare them with at least one other project.
 */
export const checksums: Checksums = {
  helm: {
    // kubespray, cert-manager, argo-cd, rules_helm, helmfile, Scoop
    '3.14.4': {
      'linux-amd64': 'a5844ef2c38ef6ddf3b5a8f7d91e7e0e8ebc39a38bb3fc8013d629c1ef29c259',
      'linux-arm64': '113ccc53b7c57c2aba0cd0aa560b5500841b18b5210d78641acfddc53dac8ab2',
      'darwin-amd64': '73434aeac36ad068ce2e5582b8851a286dc628eae16494a26e2ad0b24a7199f9',
      'darwin-arm64': '61e9c5455f06b2ad0a1280975bf65892e707adc19d766b0cf4e9006e3b7b4b6c',
      'windows-amd64': '0b951db3eadd92dfe336b5a9ddb0640e5cd70d39abdbd7d3125e9fb59b22b669',
    },
    // kubespray, cert-manager, argo-cd, rules_helm, helmfile, Scoop
    '3.15.4': {
      'linux-amd64': '11400fecfc07fd6f034863e4e0c4c4445594673fd2a129e701fe41f31170cfa9',
      'linux-arm64': 'fa419ecb139442e8a594c242343fafb7a46af3af34041c4eac1efcc49d74e626',
      'darwin-amd64': '1bc3f354f7ce4d7fd9cfa5bcc701c1f32c88d27076d96c2792d5b5226062aee5',
      'darwin-arm64': '88115846a1fb58f8eb8f64fec5c343d95ca394f1be811602fa54a887c98730ac',
      'windows-amd64': '023b96f02e812cda1a1d5c950cb321834a56f4a50ca90146ff447a81be0ae5b6',
    },
    // release page, kubespray, helmfile, Scoop, others; single: windows-arm64
    '3.16.4': {
      'linux-amd64': 'fc307327959aa38ed8f9f7e66d45492bb022a66c3e5da6063958254b9767d179',
      'linux-arm64': 'd3f8f15b3d9ec8c8678fbf3280c3e5902efabe5912e2f9fcf29107efbc8ead69',
      'darwin-amd64': '8dc25671120a4af197afe7ad9041fb8e1dd71bc01e5ef73dba1139cbc9e9f44b',
      'darwin-arm64': 'e2442d8f05d53d84c39b869bc5fe5affad247ee2f4c706a040919c146edb1f94',
      'windows-amd64': '9bb114c12e530a7129fd3d78fc1784e813dd7a6e29e5f9b5af8bc83fd1066d36',
      'windows-arm64': 'a4afeee93031920ec08b7e880c859a159bcd222837a81196cadaeb42408ad0b3',
    },
    // kubespray, rules_helm, helmfile, Scoop; single: darwin-amd64, darwin-arm64
    '3.17.3': {
      'linux-amd64': 'ee88b3c851ae6466a3de507f7be73fe94d54cbf2987cbaa3d1a3832ea331f2cd',
      'linux-arm64': '7944e3defd386c76fd92d9e6fec5c2d65a323f6fadc19bfb5e704e3eee10348e',
      'darwin-amd64': '20ef8df4671349a6fc556a621be1170dd709c6c0cf5f7e83a2d9fb0515fd97fc',
      'darwin-arm64': '89aec43ce07b06239f1bba4a6507236bb48ae487bc5065a8e254d3ce58a16997',
      'windows-amd64': '8ea93e2f6285e649dede583ac90ff8cdb938ca53ec6cf5fe909f2303fbc22d96',
    },
    // release page, rules_helm, Scoop; single: windows-arm64
    '3.17.4': {
      'linux-amd64': 'c91e3d7293849eff3b4dc4ea7994c338bcc92f914864d38b5789bab18a1d775d',
      'linux-arm64': '460a31d1511abb5ad776a26a2a3f0f1382a241b2df3c6d725b0f63c9058ba15a',
      'darwin-amd64': '6dfce5d8b09442205393068f5c911b8f20958edd5b67cc26f7eb3330f93225f1',
      'darwin-arm64': 'f4732719827a76452035641629aa92091adc4a9f1ccbc8d53a729b53e0add869',
      'windows-amd64': '8ffe44ee2aca8cf32156b42efd50e5dabda8da65ab1f10707d9666dea6fcc7e9',
      'windows-arm64': 'ef36602d30ce0945b57cc0ceeff674128adf8918da9af6e4fff496930549ac61',
    },
    // release page, cert-manager, helmfile, Scoop; single: windows-arm64
    '3.18.6': {
      'linux-amd64': '3f43c0aa57243852dd542493a0f54f1396c0bc8ec7296bbb2c01e802010819ce',
      'linux-arm64': '5b8e00b6709caab466cbbb0bc29ee09059b8dc9417991dd04b497530e49b1737',
      'darwin-amd64': '80cad0470e38cf25731cdead7c32dfbeb887bc177bd6fa01e31b065722f8f06b',
      'darwin-arm64': '48e30d236a1f334c6acb78501be5a851eaa2a267fefeb1131b6484eb2f9f30d7',
      'windows-amd64': '4263320a8d70df0bb1e245534fba1b541f9889005cdb68dec9798b197c3f66b0',
      'windows-arm64': 'fdff469f270d8a155d9289843b92f7b00b2ca353b8ec61532e920eeb3fc2b480',
    },
    // cert-manager, rules_helm, helmfile, Scoop
    '3.19.0': {
      'linux-amd64': 'a7f81ce08007091b86d8bd696eb4d86b8d0f2e1b9f6c714be62f82f96a594496',
      'linux-arm64': '440cf7add0aee27ebc93fada965523c1dc2e0ab340d4348da2215737fc0d76ad',
      'darwin-amd64': '09a108c0abda42e45af172be65c49125354bf7cd178dbe10435e94540e49c7b9',
      'darwin-arm64': '31513e1193da4eb4ae042eb5f98ef9aca7890cfa136f4707c8d4f70e2115bef6',
      'windows-amd64': '6488630c2e5d5945ed990fa02fd9e99f9c6792cdbcd79eb264b6cfb90179d2d1',
    },
    // cert-manager, argo-cd, rules_helm, Scoop
    '3.19.2': {
      'linux-amd64': '2114c9dea2844dce6d0ee2d792a9aae846be8cf53d5b19dc2988b5a0e8fec26e',
      'linux-arm64': '566e9f3a5a83a81e4b03503ae37e368edd52d699619e8a9bb1fdf21561ae0e88',
      'darwin-amd64': '7ef4416cdef4c2d78a09e1c8f07a51e945dc0343c883a46b1f628deab52690b7',
      'darwin-arm64': 'f0847f899479b66a6dd8d9fcd452e8db2562e4cf3f7de28103f9fcf2b824f1d5',
      'windows-amd64': '8b3ea37bcd7c5eda68eadd278690498fb886a17ec541b449216ab3b45748600e',
    },
    // argo-cd, Scoop; single: all
    '3.19.4': {
      'linux-amd64': '759c656fbd9c11e6a47784ecbeac6ad1eb16a9e76d202e51163ab78504848862',
      'linux-arm64': '9e1064f5de43745bdedbff2722a1674d0397bc4b4d8d8196d52a2b730909fe62',
      'darwin-amd64': 'd9c9b1fc499c54282c4127c60cdd506da2c6202506b708a2b45fb6dfdb318f43',
      'darwin-arm64': '7e82ca63fe80a298cecefad61d0c10bc47963ff3551e94ab6470be6393a6a74b',
      'windows-amd64': '18e7d1b970dfb6f4f8ddbbd1659d75d90ca818a47519411c4cc305b918508d36',
      'windows-arm64': 'da870dbb870e5cad243f5c7dca54f27be289237a97d84077c885769a06394223',
    },
    // release page; single: all
    '3.19.5': {
      'linux-amd64': 'a0a5e8c592ed3f376ac110715eff214730c7422f9a44d96cf98117d2b8b0e6c0',
      'linux-arm64': 'ce02147ffee6d993bf8ae97a44a22e9e1daf0b69d2d5b69a0c8cf6706445ccf5',
      'darwin-amd64': '57f4a847c349382b7cc742a6434ef25f88f0928a113d8cf49084b464878ef0b9',
      'darwin-arm64': '195e24e587f423f15a78feebab04583ceee68323598575a0e8b3b11b43fd26fe',
      'windows-amd64': 'f258b0d17a4c914ad453f9d8cc21643dddd354f4fbad4c7c595cf3480221379e',
      'windows-arm64': '232bccce9fe4212a22acc210a555edc75e101b26fb9a9eb1442c32bda8d102bf',
    },
    // release page, others; single: windows-amd64, windows-arm64
    '3.20.0': {
      'linux-amd64': 'dbb4c8fc8e19d159d1a63dda8db655f9ffa4aac1b9a6b188b34a40957119b286',
      'linux-arm64': 'bfb14953295d5324d47ab55f3dfba6da28d46c848978c8fbf412d4271bdc29f1',
      'darwin-amd64': '724aef60f737ca73cfcc77924219dbfb229dde8492b2722cb372da617fd77367',
      'darwin-arm64': '1cb8022ef9c88026adf236cbdf02a80bf7678632d1c39d3d8045e815959ab20e',
      'windows-amd64': 'f9c7f686788d7b78775d3a3592fd98596aa825010cb9d157c9fbe3baabee1084',
      'windows-arm64': '4095cb1c46e29e9a7487fdbbee384d14656d3fa43dd8ef789061db6e29f0457b',
    },
    // argo-cd, others
    '3.20.1': {
      'linux-amd64': '0165ee4a2db012cc657381001e593e981f42aa5707acdd50658326790c9d0dc3',
      'linux-arm64': '56b9d1b0e0efbb739be6e68a37860ace8ec9c7d3e6424e3b55d4c459bc3a0401',
      'darwin-amd64': '580515b544d5c966edc6f782c9ae88e21a9e10c786a7d6c5fd4b52613f321076',
      'darwin-arm64': '75cc96ac3fe8b8b9928eb051e55698e98d1e026967b6bffe4f0f3c538a551b65',
    },
    // release page, argo-cd, others; single: windows-arm64
    '3.20.2': {
      'linux-amd64': '258e830a9e613c8a7a302d6059b4bb3b9758f2f3e1bb8ea0d707ce10a9a72fea',
      'linux-arm64': '5ea2d6bc2cda3f8edf985e028809f5a9278f404fb8ab24044de9b7cb9b79a691',
      'darwin-amd64': '7de04301f28b902a74f6286ed941cadc86ee5e6a9086a18f2ccf1f548e99d618',
      'darwin-arm64': '139c794c22f16b579d08ddd3008c8038b9bb2814f35b5bcca91f50a1f458978d',
      'windows-amd64': '24e8e5b71bab4ee17e6f989931ecf4fb144f9916cbe9990c0b6b2ec7b925c454',
      'windows-arm64': '7c940a73a6882f50b69aec3282549da4a49917669db18fc503db930fb74b9789',
    },
    // argo-cd, others
    '3.21.0': {
      'linux-amd64': '0093eb572e3d2380f094df162ddb525e219249de88957afe24cfbb19632acd36',
      'linux-arm64': '8de5a0c9a47431e59fd560e91e0779c8cf9316c383da7efb84128a4c339ecb2d',
      'darwin-amd64': '8bc0c1f85f8738cc3cda4a2cc73047145bcdcb1f4d9cdcc29073037bfb22fa2e',
      'darwin-arm64': '68bfbdc022c543a2a022597b20298216877e98abe6e4a345d3ecf114d79cae5f',
    },
    // release page, others; single: windows-amd64, windows-arm64
    '3.21.1': {
      'linux-amd64': 'a349c62d6ab2d5d11f044fc0d3afa6deed7d27cc7d5c351f536b169d9fc2cc1a',
      'linux-arm64': '9b3deeecb56c4795aa806858fa4d6388c049e3edfcd771723bd12c1cbef66893',
      'darwin-amd64': 'dd353172bc8cef8c1845501043b82224520a79ff8b2cd4388ec5bfa060ce96b9',
      'darwin-arm64': '779ac09ad0cf333b12402555a32bd26174462384aba2f5a3845876f45d34146a',
      'windows-amd64': 'e9d0dbeac9c9923c1b444ac4a1fc8e59d9f9afbeb30b4b6e9a00ac60a45b9459',
      'windows-arm64': '9b8b803b27a5c1bdcbc75bcf8d1bf45c8f2ffede8ae29bed3ec093746b9807f9',
    },
    // release page, others; single: windows-arm64
    '3.21.4': {
      'linux-amd64': '61f88ab166748cb19604d7884cb100ae9ccb13804ddeb98e08af167eacbb6a14',
      'linux-arm64': 'b54c04b4e0b2540bbdc08c17a121dab70e9a2ed0de5705528fec68a5fd3b85a7',
      'darwin-amd64': '9173d05edf9592c6be1d0412ffafd935448dfc7a63c2bc732b8c67e55503e8a8',
      'darwin-arm64': '6e0bf5eb6daafc2b1ec34bb5ba04ef103f3afc16192fb19805c2924d7ea1033f',
      'windows-amd64': '268a7b98b313403055e4f31807aeaac529c90e1188acd7857ae3e960b0f67cce',
      'windows-arm64': 'e23545fff21ef04853a9540925dd73c4b9caaa24ee7fdd8482b1ee626a4eecc9',
    },
    // release page, others; single: windows-arm64
    '3.22.0': {
      'linux-amd64': '1e4ab49e429626cf6c6958d914248b78c9730803c2751b87627e171dc800e7bb',
      'linux-arm64': 'f14e804dfee240f55525b667488fe9adca349e63e00c9af634c0beb1421ac310',
      'darwin-amd64': 'bd1d09f316558dda23698527859600936fed1371021ce0f2272d66b2fdcfa69c',
      'darwin-arm64': '4c9982a6cdeb458b60258df66b55398ca5b19293f6877faffe2909ad6f23dfe0',
      'windows-amd64': '899615865726d39f9b245e71e848c5bf4adc7ed33a8c43ede660facb48151b43',
      'windows-arm64': '75a331a3b03d11aed6369bdf6a1f8f9d33635bc820de5cd6025a581292046805',
    },
    // kubespray, cert-manager, rules_helm, helmfile, Scoop; single: windows-arm64
    '4.0.0': {
      'linux-amd64': 'c77e9e7c1cc96e066bd240d190d1beed9a6b08060b2043ef0862c4f865eca08f',
      'linux-arm64': '8c5c77e20cc29509d640e208a6a7d2b7e9f99bb04e5b5fbe22707b72a5235245',
      'darwin-amd64': '125233cf943e6def2abc727560c5584e9083308d672d38094bae1cc3e0bfeaa2',
      'darwin-arm64': '4f5d367af9e2141b047710539d22b7e5872cdaef788333396077236feb422419',
      'windows-amd64': '0f9a8c891b8d908a37fbb68f12dea92b633eb29e49070bd650f5760a1a99aa8d',
      'windows-arm64': 'f3ff262427547cc1b1dc3356d587ed8ffaa23f2abf24bc06660a350b9b7925f9',
    },
    // kubespray, cert-manager, rules_helm, helmfile, Scoop; single: windows-arm64
    '4.0.1': {
      'linux-amd64': 'e0365548f01ed52a58a1181ad310b604a3244f59257425bb1739499372bdff60',
      'linux-arm64': '959fa52d34e2e1f0154e3220ed5f22263c8593447647a43af07890bba4b004d1',
      'darwin-amd64': 'a8d1ca46c3ff5484b2b635dfc25832add4f36fdd09cf2a36fb709829c05b4112',
      'darwin-arm64': '8e0b9615cf72a62faaa0cfc0e22115f05bcddfd3d7ee58406ef97bc1ba563ae8',
      'windows-amd64': 'a976ee9f3016ae86d8948c0a6d3fc5ed7489cd264cffdbff4860bd97120bd256',
      'windows-arm64': '5ecbcd8e50577a325e22d365cd4c4de2e2bd014d81f73b356dbd4f7e6c2427fb',
    },
    // kubespray, cert-manager, rules_helm, helmfile, Scoop; single: windows-arm64
    '4.0.4': {
      'linux-amd64': '29454bc351f4433e66c00f5d37841627cbbcc02e4c70a6d796529d355237671c',
      'linux-arm64': '16b88acc6503d646b7537a298e7389bef469c5cc9ebadf727547abe9f6a35903',
      'darwin-amd64': '73bcfd6ab000fdc95acf9fe1c59e8e47179426a653e45ae485889869d4a00523',
      'darwin-arm64': 'a7ea99937a9679b3935fa0a2b70e577aa1ea84e5856e7c0821ca6ffa064ea976',
      'windows-amd64': '135bffadd3c87aff8856e06efb366bea2a48ac4d1742d73af80250410246f14d',
      'windows-arm64': 'b65d05f15260e78311f463773f54fe68f6d74444b3c3e84cecf270cdb927cd8a',
    },
    // release page, kubespray, cert-manager, rules_helm, helmfile, Scoop
    '4.0.5': {
      'linux-amd64': '730e4e9fbff94168249ddd0b9b1b8c357b7f64815462dd88c6b39f09bf18b814',
      'linux-arm64': '206a7747702d13994a93629eaed4259bd9d0aec6e23ca52d640f47f7edfdc863',
      'darwin-amd64': '270d906140eadbe95584d2cebae1fa0e46950027d82de0c4db937dc936b564a6',
      'darwin-arm64': 'b4d04ccf68004604e13878fce4a893711490914512f8759879f848136a9f5fca',
      'windows-amd64': '44035d49d9e7d93c249cef0a056f464c05c8638d074e651d586481e4d4d0208b',
      'windows-arm64': '45efc334dd5a2e9cae4aed333e9d638baec80c4cedd11a7669fe215991a69eb2',
    },
    // kubespray, cert-manager, rules_helm, helmfile, Scoop; single: windows-arm64
    '4.1.0': {
      'linux-amd64': '8e7ae5cb890c56f53713bffec38e41cd8e7e4619ebe56f8b31cd383bfb3dbb83',
      'linux-arm64': '81315e404b6d09b65bee577a679ab269d6d44652ef2e1f66a8f922b51ca93f6b',
      'darwin-amd64': 'a326073ae392bed8b73c415d1d9d6880b0f5accb18aa9456975562b44a87c650',
      'darwin-arm64': 'f12e2723c5e8eaff3e4b3670536867289fb6ab7f797fa2efedd1c53cfaca62fb',
      'windows-amd64': '48b527c52c0ea4b33436536b4accefc2cfe1665f6f0520c5b72e478338551833',
      'windows-arm64': '257f3ff25187d66208d08cabf063df7245ed72430436d7ca971ff9bd3fe0bc64',
    },
    // kubespray, cert-manager, rules_helm, helmfile, Scoop; single: windows-arm64
    '4.1.1': {
      'linux-amd64': '5d4c7623283e6dfb1971957f4b755468ab64917066a8567dd50464af298f4031',
      'linux-arm64': '02a5fb7742469d2d132e24cb7c3f52885894043576588c6788b6813297629edd',
      'darwin-amd64': '6b8dbb03abb74e9ab8e69ca3f9b6459178be11317d0ac502f922621c05fdc866',
      'darwin-arm64': 'b8f49e105b1d2fd8c8a90ba3fc9af48db91d2d1ca3b9e788352fc7c896bbb71a',
      'windows-amd64': '665161eba861d86bdb6969aa15d0d0cac3f04ce950ca12b4ee0552d7967a61fa',
      'windows-arm64': 'bd73ebc89311de201d6d86fc20ced76d7f448579332c54093fc086a2279d905d',
    },
    // cert-manager, rules_helm, helmfile, Scoop; single: windows-arm64
    '4.1.3': {
      'linux-amd64': '02ce9722d541238f81459938b84cf47df2fdf1187493b4bfb2346754d82a4700',
      'linux-arm64': '5db45e027cc8de4677ec869e5d803fc7631b0bab1c1eb62ac603a62d22359a43',
      'darwin-amd64': '742132e11cc08a81c97f70180cd714ae8376f8c896247a7b14ae1f51838b5a0b',
      'darwin-arm64': '21c02fe2f7e27d08e24a6bf93103f9d2b25aab6f13f91814b2cfabc99b108a5e',
      'windows-amd64': 'a69356c872fca122650e8c392341c5c49c19da004353514611118087ea2ee7cf',
      'windows-arm64': '6b05bec8659014df56ede28068a216451b6401d0fbbfd2dadffbef908cd03ff5',
    },
    // release page, cert-manager, rules_helm, helmfile, Scoop
    '4.1.4': {
      'linux-amd64': '70b2c30a19da4db264dfd68c8a3664e05093a361cefd89572ffb36f8abfa3d09',
      'linux-arm64': '13d03672be289045d2ff00e4e345d61de1c6f21c1257a45955a30e8ae036d8f1',
      'darwin-amd64': 'abf09c8503ad1d8ef76d3737a058c3456a998aae5f5966fce4bb3031aeb1654e',
      'darwin-arm64': '7c2eca678e8001fa863cdf8cbf6ac1b3799f9404a89eb55c08260ef5732e658d',
      'windows-amd64': 'bd60f567f667631a2c9b698dfabe5e3cd52eaaf4264163c0a9cae566db8560e8',
      'windows-arm64': 'd0a651026da4a26b28bdfc3d455ce3dfacbc267182dc2225c2172b1dcc549643',
    },
    // cert-manager, argo-cd, rules_helm, helmfile, Scoop, cluster-template; single: windows-arm64
    '4.2.0': {
      'linux-amd64': '97dbeb971be4ac4b27e3839976d9564c0fb35c6f3b1da89dd1e292d236af4096',
      'linux-arm64': '1f8de130dfbd04de64978e7b852a7a547be1404956a366608276d2520b678670',
      'darwin-amd64': '1376ea697140e4db316736e760d5a47d12afc1524dce704476ef06fd7fdeddc6',
      'darwin-arm64': 'f13f959015447b6bc309f9fd506509926543988a39035c088b52522ec95e2acb',
      'windows-amd64': '614f68ddc567ac9bfb0c205f869b1f83ba4e0a9aacd26cbae47743ae6082a579',
      'windows-arm64': 'e740e4c19b6e2a0b428f7a52c38b7f0b092f0c43ac49870537d7e7fac9cedc07',
    },
    // cert-manager, argo-cd, helmfile, Scoop; single: windows-amd64, windows-arm64
    '4.2.1': {
      'linux-amd64': '479dca836e5b45e8bd222400c5591b0e3a647378f03ff96597180db97c17fdae',
      'linux-arm64': '596b9a73d366c1e72ce67d595c22805480e30914593aafbc9f547694e72814db',
      'darwin-amd64': '2a21c9f368d608bcf6eb794ebc06514eb6b529a846b60fe4a43dea7bcce65228',
      'darwin-arm64': '896472d2ec0740c60f64a9df0fc30d478beee38a1a2a6ed91aa6e6ee177c1575',
      'windows-amd64': '6e7fa7839444b8ddc407c5bcdb1edd1024f57d09c2db971dec511ee2f2616eb0',
      'windows-arm64': 'ae4c9acd0d9acd1f9e9da2f60105f793f65fd49ab7c03c6c7d13804c3b885657',
    },
    // cert-manager, argo-cd, helmfile, Scoop, cluster-template; single: windows-amd64, windows-arm64
    '4.2.2': {
      'linux-amd64': '9adafecab4d406853bba163a70e9f104f47dbbf65ce24b7653bae7e36150bcb6',
      'linux-arm64': '78803142087a0069fa4b50d3f32a84d3ef25c14d1ee8a40fbccf86a6216d2f36',
      'darwin-amd64': '10c1e36ee8c5f2e2ee25a16599cb03ab74c0953cd889cacb980a49ba4b6574ba',
      'darwin-arm64': '5410a0dae3d5d91f45653b161260d9301aabc4ae80ae50a6605d66884b6df8ea',
      'windows-amd64': '5fad8562e98c34fa5af3ef904086a5874a6701050f9bf36e30238c975df94dcd',
      'windows-arm64': '2e993d6a1dd8197a33e65d8e90b26df9d248ff3501701dea401856aa265a2dab',
    },
    // cert-manager, argo-cd, helmfile, Scoop, cluster-template; single: windows-amd64, windows-arm64
    '4.2.3': {
      'linux-amd64': 'e9b88b4ee95b18c706839c28d3a0220e5bc470e9cd9262410c90793c45ff8b7c',
      'linux-arm64': '21abd9354d39b2cd79a8d76be6912cd137a983cbf997193503fb8a6a6e2f2785',
      'darwin-amd64': 'ff3ac86755a45f3422473bc1200776aac0fe04c5766abe6ca66699f7b564b23b',
      'darwin-arm64': '048ecf5ad3160f83d918f9fe945238d2132b079640f7b106175331c25f242c64',
      'windows-amd64': '5ca7de684c92d48b93d5c34a029fdda57b38e1eac04bc8541bdf1eb249388679',
      'windows-arm64': '5f444ed097688ed3abaf1d8801e21110d9bddeb6ed13939afcac302888527ab5',
    },
    // release page, cert-manager, argo-cd, helmfile, Scoop, cluster-template
    '4.2.4': {
      'linux-amd64': 'c306b46f719b0a4da32d0f78ee21bf90ce8d602f15b22ab753f0674d1670a7f3',
      'linux-arm64': '564de2191b881e9f71b5606b25345821ea1682f06ab90499d3ab22b530176da1',
      'darwin-amd64': '6c163d687ca03c3b5c01928e53bbbcf9518278f47ce7a2f249a5a08e8bdaa2bc',
      'darwin-arm64': 'd747eb4e28bd2727173d15b759fa0a17822291ec09db7ced3d55af290a3661a2',
      'windows-amd64': 'e94d83a4706fd82078c98dade2079fa9d9680c1c2bfb93bfc304ee6bc2412a32',
      'windows-arm64': 'dbe8b49ea9877abe3d77354a792efb01920da9f65a492fcb8b4fce4e08bbae8f',
    },
    // others
    '4.3.0': {
      'linux-amd64': '86584a54def73570558f66f5111cc53dfed56689637ae32c1201205d494f54fb',
      'linux-arm64': '31c5794dd55c66a51e6b7d2e2ac7a114ae8b1de41ff1d9ba51748ac973b06a08',
      'darwin-amd64': '347a784877e0e20eac865e8d1c36a80f6bb0861d6f29abd34defb6570ef95d92',
      'darwin-arm64': 'd3870437e1e95b67f8edbde964156c84a26503f560821d40c542441658934fba',
      'windows-amd64': '304ea163cce4d9ad14e189c01846c6a34de9cfdfe48536ae54b2e8ba7884e67c',
    },
  },
  kubectl: {
    // kubespray, kops; single: darwin-amd64, darwin-arm64
    '1.26.13': {
      'linux-amd64': 'e4bad4273431f9f5f05f27f5c2054cbbad6d9ee00b85e0810cb4ef0489b02571',
      'linux-arm64': '4abebc34c114111b81bbf5222f0810e6899937d04bc453d9ccd77046643bbcda',
      'darwin-amd64': '5aef895b5d0934b8c36eeebbb7d8f50cb519885752457bf8cfe9ce0afbed7f4f',
      'darwin-arm64': '25f2ca372e85f373ea8a4bc520c91faa0d187d9f6c68d2ba6787a04c8b14de1f',
    },
    // kops; single: all
    '1.26.15': {
      'linux-amd64': 'b75f359e6fad3cdbf05a0ee9d5872c43383683bb8527a9e078bb5b8a44350a41',
      'linux-arm64': '1396313f0f8e84ab1879757797992f1af043e1050283532e0fd8469902632216',
      'darwin-amd64': 'ad4e980f9c304840ec9227a78a998e132ea23f3ca1bc0df7718ed160341bad0b',
      'darwin-arm64': 'c20b920d7e8e3ce3209c7c109fcfc4c09ad599613bc04b72c3f70d9fee598b68',
    },
    // kubespray, kops; single: darwin-amd64, darwin-arm64
    '1.27.14': {
      'linux-amd64': '1d2431c68bb6dfa9de3cd40fd66d97a9ac73593c489f9467249eea43e9c16a1e',
      'linux-arm64': '29f3a1f520d929df38873c68dec73519c1e5e521140e01cf9d7701f7b5ffe4f3',
      'darwin-amd64': 'f0dca5da8a5e9f06be7ae56dba08f1c4c3db8a2b3a3db553b7eeebaf726b854d',
      'darwin-arm64': '8e1e4189b008eac3acc18594136429bf24676736402736e5cc72bd52a84aad9a',
    },
    // kops; single: all
    '1.27.16': {
      'linux-amd64': '97ea7cd771d0c6e3332614668a40d2c5996f0053ff11b44b198ea84dba0818cb',
      'linux-arm64': '2f50cb29d73f696ffb57437d3e2c95b22c54f019de1dba19e2b834e0b4501eb9',
      'darwin-amd64': '8d7f339660ba9b33ed56d540bed41b37babc945975a9e7027010697249b9ac5a',
      'darwin-arm64': 'd6bc47098bcb13a0ff5c267b30021b499aff4d960bd92610c2b0bc6f6e7246c9',
    },
    // kubespray, kops; single: darwin-amd64, darwin-arm64
    '1.28.12': {
      'linux-amd64': 'e8aee7c9206c00062ced394418a17994b58f279a93a1be1143b08afe1758a3a2',
      'linux-arm64': 'f7e01dfffebb1d5811c37d558f28eefd80cbfadc0b9783b0b0ebf37c40c5c891',
      'darwin-amd64': 'c148882b1fe3de2fb5534f79dbd4e5e6ae08ffafd406c97e25b0042c957dc876',
      'darwin-arm64': '353c28cb6cc687ce74bdfc15c462c4e2400275fd4ff4040c79a28e982190bf28',
    },
    // kops, constellation, others; single: linux-arm64, darwin-amd64, darwin-arm64
    '1.28.15': {
      'linux-amd64': '1f7651ad0b50ef4561aa82e77f3ad06599b5e6b0b2a5fb6c4f474d95a77e41c5',
      'linux-arm64': '7d45d9620e67095be41403ed80765fe47fcfbf4b4ed0bf0d1c8fe80345bda7d3',
      'darwin-amd64': '3180c84131002037d60fe7322794c20297d0e1b1514eaea20e33f77a00d8f2f4',
      'darwin-arm64': '06a276bdb6da95af148d589f6c983ec8ea10c38f277ced6d97123938c8146078',
    },
    // kubespray, kops, constellation; single: darwin-amd64, darwin-arm64
    '1.29.12': {
      'linux-amd64': '35fc028853e6f5299a53f22ab58273ea2d882c0f261ead0a2eed5b844b12dbfb',
      'linux-arm64': '1cf2c00bb4f5ee6df69678e95af8ba9a4d4b1050ddefb0ae9d84b5c6f6c0e817',
      'darwin-amd64': '0df5932d0ba7a4665ea8033470f2f1a1db21637c3fabc709faa19db0fc62b5ec',
      'darwin-arm64': '5d1c59d8ce4d619bdd78fa849201dbfc9180f6dddcfdb30f29b5bbe20799b897',
    },
    // kops, constellation, others; single: darwin-amd64, darwin-arm64
    '1.29.15': {
      'linux-amd64': '3473e14c7b024a6e5403c6401b273b3faff8e5b1fed022d633815eb3168e4516',
      'linux-arm64': 'a41984dc0ff34ee05f1283ebd9b3121c003b3469b97214738246faa5b6788f7c',
      'darwin-amd64': 'fe172c614d423b31d57dca699f1c3990042bfb90768512814d2614dce4563f15',
      'darwin-arm64': '1505a09992579bdc94565d872d840c97acfa84cc0478302491b58a754d4de5d6',
    },
    // kubespray, kops, constellation; single: darwin-amd64, darwin-arm64
    '1.30.13': {
      'linux-amd64': 'b92bd89b27386b671841d5970b926b645c2ae44e5ca0663cff0f1c836a1530ee',
      'linux-arm64': 'afed1753b98ab30812203cb469e013082b25502c864f2889e8a0474aac497064',
      'darwin-amd64': '4c51288d7f32eafcbb6762a386b8818ce40b82dc3b99e4f27866317fd7cc9e43',
      'darwin-arm64': '04962f4182b8f0a7260376a91d3fad0ff82c27a32035e9a3eb93465321970ca6',
    },
    // kops, constellation, others; single: darwin-amd64, darwin-arm64
    '1.30.14': {
      'linux-amd64': '7ccac981ece0098284d8961973295f5124d78eab7b89ba5023f35591baa16271',
      'linux-arm64': 'a32e46ae15fe41292dc6a7cd76beba7104282a5a3fa9e3686319000a537f4f5d',
      'darwin-amd64': '9d9e5062fdba88b45f57d8fe322545d129cc5ef1e572f7f4f0c4b6579162b7da',
      'darwin-arm64': 'af47a6a5f25630aa2bd68e56d21110b46aa1595a2d99f936637c75bc6bb65016',
    },
    // kops, others; single: darwin-amd64, darwin-arm64
    '1.31.14': {
      'linux-amd64': '8791ec7c8966b61420d55103a5fb948de9f0ca3d7306d789734975ad9704bdb0',
      'linux-arm64': '3abb0c2d7121e1833831f56fd857a93de386e76d14b64baf86220d0afe495209',
      'darwin-amd64': 'efcaa4da4ff8d1a4d08e972f24c06ab99de2f16bd91c436fd602a275b73d3b78',
      'darwin-arm64': 'ee72e65cc206edc9b0d878e6d896fa31683dc1ba4c04944984efa07eebfc4725',
    },
    // kops, others
    '1.32.13': {
      'linux-amd64': 'db2ae479a63f3665d7f704ab18c0d4d4050144237980763221835b7305703c4c',
      'linux-arm64': 'b1f87f196633a89208546d79bfa4e2470bda70e7bf42c4d3adb008ec208da9d1',
      'darwin-amd64': '925e89bdf7e30d9a356625b3b368b93261300cdee6c053935eb50ed9e657e769',
      'darwin-arm64': '97c78912825a83e91c67fdae588a5a26dec53d58370210c78612dec04a71fc21',
    },
    // kubespray, kops; single: darwin-amd64, darwin-arm64
    '1.33.11': {
      'linux-amd64': '5d0ff87b99e4bbc38b9876b3172c414f8691008d291e36f89547318925ce7716',
      'linux-arm64': '75ba96c8cc1f74c67ef3890e43186c0f308ee71d71c8d517879fd703c922d903',
      'darwin-amd64': '331ac749697d5f4f0fb4d3340f8ff372a423b04b47b0ade9703fd6b057542727',
      'darwin-arm64': 'c5cd1a3755b91ef49a7b21b9ab2782d8ca83b4aed6b39b5e13ddb19983c3924a',
    },
    // kops, others
    '1.33.13': {
      'linux-amd64': '316d712726d857c20744c57cb36aa47cfc79bc0af7e82cebf3780244b654c073',
      'linux-arm64': '9fe8aadd5aab9421978c7ac95de6fad304a3c4c0ce9dbf4127579779e0699080',
      'darwin-amd64': '5c55bdb8896681b6921cad3cff20a09b424887bb5bcb771de84b42e4322faeeb',
      'darwin-arm64': '17e3d0a6d9908914c67370b329b6aa9489de7ca035ecd5b7773456cdbe318bbd',
    },
    // kubespray, kops; single: darwin-amd64, darwin-arm64
    '1.34.10': {
      'linux-amd64': '95bd70842bd11a524d24acd5b68726899e3488e153e45e2b4ae846545beda050',
      'linux-arm64': '52d3aeefea32fdfa3671ccd636be5da463ddfd0a2fc09d7bcbaedcff4c76cad5',
      'darwin-amd64': '10d81e40dfdb3869f94535eace2f1d9098406bdf8c611447bedadb3fbc3bb350',
      'darwin-arm64': '25f48d8fa23c39d844f9e384350056af496151a35d25b8e9e9c1e97f2f378be7',
    },
    // kubespray; single: all
    '1.34.11': {
      'linux-amd64': '8efbb9435132a190920eb65a47a8c1ecf755ad85ab57a600c9bedbab460bb7a8',
      'linux-arm64': '5b045a4712674c88a56fd98eef4285689738b7fbe8735e1b9ee3509521af5cb4',
    },
    // others
    '1.34.12': {
      'linux-amd64': '90b7b9058ffeb5c10710bb1c73f541eaf426fb1b4e87df435db669de9a2564a2',
    },
    // kubespray, kops; single: darwin-amd64, darwin-arm64
    '1.35.7': {
      'linux-amd64': '12e97f9d23a9f6cbb87b89becd6bd291e1a858a3379a4e11e2c822c4c1530052',
      'linux-arm64': '5103d45b8881434d417694057b8ccb5ae79fd310a5c5c13e403c5e62e15909be',
      'darwin-amd64': 'd8759c6e98aeef7530eb5377eccb71a9343f924cd6be9a56aebd1a61055d7feb',
      'darwin-arm64': 'b5de801897bf7b69a5de2287c509b81c658d8de1bf9960c9a39f554b720c416f',
    },
    // others
    '1.35.9': {
      'linux-amd64': '3cfeaf80be482b435b0aa214aff6e0b2c312ee23c0ff20810c75517b6004c6eb',
      'linux-arm64': '39c98bca82875d9a9ddfb6f3c5ab17c3f78ea0801230683e538a67d5c053308d',
    },
    // kubespray, cert-manager; single: darwin-amd64, darwin-arm64
    '1.36.4': {
      'linux-amd64': '8b8f088da2dab964f853b38464033b1be15ede2839eca751482357c45abdd05a',
      'linux-arm64': '0ecf44450ee6063bf19dd166a103ee6df4a9034455c2abce626e6eea657d73fb',
      'darwin-amd64': '71a3aa7c2ee2c974d9fbb462cba0c5c04a4df2e8d85eee94714fd819ea3c4e63',
      'darwin-arm64': 'c9e4f713d6fee0043a3d835cca13077cda2bc0973840eb9779360df0b5bdfc69',
    },
    // others; single: all
    '1.36.5': {
      'linux-amd64': '33bc88a24c3b09cf55bfd59e6ca977881b61fc3f25ab65bc80c65b430248648e',
    },
    // others
    '1.37.1': {
      'linux-amd64': '65691ff77eb6fa44c908b77a1082c9f092c3b9733b5cefabec0d1104890e21a8',
      'linux-arm64': 'ff749f4b78d9c4f1ec87307df9b50119ed819e2094aa9810cb9acffc3286c8c7',
      'darwin-amd64': '6851381c486ff6edd691623e3d65c87cb9a5b02887ff8fbbb38d8a031b748387',
      'darwin-arm64': 'fd65982c97ddad3106754b69ffa196d0e543aa591930ae52aed1adfb92f8c77f',
    },
  },
};
