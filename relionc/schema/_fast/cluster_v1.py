"""Generated from schemas/cluster.v1.schema.json by tools/build_validators.py; do not edit."""

import re

NoneType = type(None)


class Rejected(Exception):
    """The value does not have the right shape."""


def validate(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['profile', 'name']) - data.keys()
        if data__missing_keys:
            raise Rejected
        data_keys = set(data.keys())
        if 'profile' in data_keys:
            data_keys.remove('profile')
            data__profile = data['profile']
            if not (isinstance(data__profile, (int, float)) and (not isinstance(data__profile, bool)) and (data__profile == 1)):
                raise Rejected
        if 'extends' in data_keys:
            data_keys.remove('extends')
            data__extends = data['extends']
            validate___definitions_text(data__extends)
        if 'name' in data_keys:
            data_keys.remove('name')
            data__name = data['name']
            validate___definitions_text(data__name)
        if 'title' in data_keys:
            data_keys.remove('title')
            data__title = data['title']
            validate___definitions_text(data__title)
        if 'source' in data_keys:
            data_keys.remove('source')
            data__source = data['source']
            validate___definitions_text(data__source)
        if 'date' in data_keys:
            data_keys.remove('date')
            data__date = data['date']
            validate___definitions_text(data__date)
        if 'unverified' in data_keys:
            data_keys.remove('unverified')
            data__unverified = data['unverified']
            if not isinstance(data__unverified, (bool, NoneType)):
                raise Rejected
        if 'scheduler' in data_keys:
            data_keys.remove('scheduler')
            data__scheduler = data['scheduler']
            if not (isinstance(data__scheduler, str) and data__scheduler == 'slurm' or (isinstance(data__scheduler, str) and data__scheduler == 'none')):
                raise Rejected
        if 'slurm' in data_keys:
            data_keys.remove('slurm')
            data__slurm = data['slurm']
            validate___definitions_text(data__slurm)
        if 'mpi' in data_keys:
            data_keys.remove('mpi')
            data__mpi = data['mpi']
            validate___definitions_text(data__mpi)
        if 'mpi_plugins' in data_keys:
            data_keys.remove('mpi_plugins')
            data__mpiplugins = data['mpi_plugins']
            validate___definitions_words(data__mpiplugins)
        if 'relion' in data_keys:
            data_keys.remove('relion')
            data__relion = data['relion']
            if not isinstance(data__relion, (dict, NoneType)):
                raise Rejected
            data__relion_is_dict = isinstance(data__relion, dict)
            if data__relion_is_dict:
                data__relion_keys = set(data__relion.keys())
                if 'precision' in data__relion_keys:
                    data__relion_keys.remove('precision')
                    data__relion__precision = data__relion['precision']
                    if not (isinstance(data__relion__precision, str) and data__relion__precision == 'double' or (isinstance(data__relion__precision, str) and data__relion__precision == 'single') or data__relion__precision is None):
                        raise Rejected
                if 'glibc' in data__relion_keys:
                    data__relion_keys.remove('glibc')
                    data__relion__glibc = data__relion['glibc']
                    validate___definitions_text(data__relion__glibc)
                if 'source' in data__relion_keys:
                    data__relion_keys.remove('source')
                    data__relion__source = data__relion['source']
                    validate___definitions_text(data__relion__source)
                if 'date' in data__relion_keys:
                    data__relion_keys.remove('date')
                    data__relion__date = data__relion['date']
                    validate___definitions_text(data__relion__date)
                if 'unverified' in data__relion_keys:
                    data__relion_keys.remove('unverified')
                    data__relion__unverified = data__relion['unverified']
                    if not isinstance(data__relion__unverified, (bool, NoneType)):
                        raise Rejected
                if data__relion_keys:
                    raise Rejected
        if 'memory_flag' in data_keys:
            data_keys.remove('memory_flag')
            data__memoryflag = data['memory_flag']
            if not (isinstance(data__memoryflag, str) and data__memoryflag == 'per_cpu' or (isinstance(data__memoryflag, str) and data__memoryflag == 'per_node') or (isinstance(data__memoryflag, str) and data__memoryflag == 'per_gpu') or (isinstance(data__memoryflag, str) and data__memoryflag == 'all') or (isinstance(data__memoryflag, str) and data__memoryflag == 'none') or (isinstance(data__memoryflag, str) and data__memoryflag == 'either')):
                raise Rejected
        if 'on_warning' in data_keys:
            data_keys.remove('on_warning')
            data__onwarning = data['on_warning']
            if not (isinstance(data__onwarning, str) and data__onwarning == 'end' or (isinstance(data__onwarning, str) and data__onwarning == 'say')):
                raise Rejected
        if 'max_array_size' in data_keys:
            data_keys.remove('max_array_size')
            data__maxarraysize = data['max_array_size']
            if not isinstance(data__maxarraysize, int) and (not (isinstance(data__maxarraysize, float) and data__maxarraysize.is_integer())) or isinstance(data__maxarraysize, bool):
                raise Rejected
            if isinstance(data__maxarraysize, (int, float)) and (not isinstance(data__maxarraysize, bool)):
                if data__maxarraysize < 2:
                    raise Rejected
                if data__maxarraysize > 4000001:
                    raise Rejected
        if 'gres_gpu' in data_keys:
            data_keys.remove('gres_gpu')
            data__gresgpu = data['gres_gpu']
            validate___definitions_text(data__gresgpu)
        if 'gpu_flag' in data_keys:
            data_keys.remove('gpu_flag')
            data__gpuflag = data['gpu_flag']
            if not (isinstance(data__gpuflag, str) and data__gpuflag == 'gres' or (isinstance(data__gpuflag, str) and data__gpuflag == 'gpus_per_node') or (isinstance(data__gpuflag, str) and data__gpuflag == 'none')):
                raise Rejected
        if 'modes' in data_keys:
            data_keys.remove('modes')
            data__modes = data['modes']
            data__modes_any_of_count1 = 0
            if not data__modes_any_of_count1:
                try:
                    if not isinstance(data__modes, (list, tuple)):
                        raise Rejected
                    data__modes_is_list = isinstance(data__modes, (list, tuple))
                    if data__modes_is_list:
                        data__modes_len = len(data__modes)
                        for data__modes_x, data__modes_item in enumerate(data__modes):
                            if not (isinstance(data__modes_item, str) and data__modes_item == 'heterogeneous' or (isinstance(data__modes_item, str) and data__modes_item == 'homogeneous') or (isinstance(data__modes_item, str) and data__modes_item == 'homogeneous+1') or (isinstance(data__modes_item, str) and data__modes_item == 'hetjob') or (isinstance(data__modes_item, str) and data__modes_item == 'one-task-per-node')):
                                raise Rejected
                    data__modes_any_of_count1 += 1
                except Rejected:
                    pass
            if not data__modes_any_of_count1:
                try:
                    if not isinstance(data__modes, NoneType):
                        raise Rejected
                    data__modes_any_of_count1 += 1
                except Rejected:
                    pass
            if not data__modes_any_of_count1:
                raise Rejected
        if 'node_types' in data_keys:
            data_keys.remove('node_types')
            data__nodetypes = data['node_types']
            if not isinstance(data__nodetypes, (dict, NoneType)):
                raise Rejected
            data__nodetypes_is_dict = isinstance(data__nodetypes, dict)
            if data__nodetypes_is_dict:
                data__nodetypes_keys = set(data__nodetypes.keys())
                for data__nodetypes_key in data__nodetypes_keys:
                    if data__nodetypes_key not in []:
                        data__nodetypes_value = data__nodetypes.get(data__nodetypes_key)
                        if not isinstance(data__nodetypes_value, (dict, NoneType)):
                            raise Rejected
                        data__nodetypes_value_is_dict = isinstance(data__nodetypes_value, dict)
                        if data__nodetypes_value_is_dict:
                            data__nodetypes_value_keys = set(data__nodetypes_value.keys())
                            if 'count' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('count')
                                data__nodetypes_value__count = data__nodetypes_value['count']
                                if not isinstance(data__nodetypes_value__count, (int, NoneType)) and (not (isinstance(data__nodetypes_value__count, float) and data__nodetypes_value__count.is_integer())) or isinstance(data__nodetypes_value__count, bool):
                                    raise Rejected
                                if isinstance(data__nodetypes_value__count, (int, float)) and (not isinstance(data__nodetypes_value__count, bool)):
                                    if data__nodetypes_value__count < 0:
                                        raise Rejected
                            if 'cpus' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('cpus')
                                data__nodetypes_value__cpus = data__nodetypes_value['cpus']
                                if not isinstance(data__nodetypes_value__cpus, (int, NoneType)) and (not (isinstance(data__nodetypes_value__cpus, float) and data__nodetypes_value__cpus.is_integer())) or isinstance(data__nodetypes_value__cpus, bool):
                                    raise Rejected
                                if isinstance(data__nodetypes_value__cpus, (int, float)) and (not isinstance(data__nodetypes_value__cpus, bool)):
                                    if data__nodetypes_value__cpus < 0:
                                        raise Rejected
                            if 'reserved_cpus' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('reserved_cpus')
                                data__nodetypes_value__reservedcpus = data__nodetypes_value['reserved_cpus']
                                if not isinstance(data__nodetypes_value__reservedcpus, (int, NoneType)) and (not (isinstance(data__nodetypes_value__reservedcpus, float) and data__nodetypes_value__reservedcpus.is_integer())) or isinstance(data__nodetypes_value__reservedcpus, bool):
                                    raise Rejected
                                if isinstance(data__nodetypes_value__reservedcpus, (int, float)) and (not isinstance(data__nodetypes_value__reservedcpus, bool)):
                                    if data__nodetypes_value__reservedcpus < 0:
                                        raise Rejected
                            if 'threads_per_core' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('threads_per_core')
                                data__nodetypes_value__threadspercore = data__nodetypes_value['threads_per_core']
                                if not isinstance(data__nodetypes_value__threadspercore, (int, NoneType)) and (not (isinstance(data__nodetypes_value__threadspercore, float) and data__nodetypes_value__threadspercore.is_integer())) or isinstance(data__nodetypes_value__threadspercore, bool):
                                    raise Rejected
                                if isinstance(data__nodetypes_value__threadspercore, (int, float)) and (not isinstance(data__nodetypes_value__threadspercore, bool)):
                                    if data__nodetypes_value__threadspercore < 1:
                                        raise Rejected
                            if 'memory' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('memory')
                                data__nodetypes_value__memory = data__nodetypes_value['memory']
                                validate___definitions_size(data__nodetypes_value__memory)
                            if 'reserved_memory' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('reserved_memory')
                                data__nodetypes_value__reservedmemory = data__nodetypes_value['reserved_memory']
                                validate___definitions_size(data__nodetypes_value__reservedmemory)
                            if 'scratch' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('scratch')
                                data__nodetypes_value__scratch = data__nodetypes_value['scratch']
                                validate___definitions_size(data__nodetypes_value__scratch)
                            if 'gpu_type' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('gpu_type')
                                data__nodetypes_value__gputype = data__nodetypes_value['gpu_type']
                                validate___definitions_text(data__nodetypes_value__gputype)
                            if 'gpus' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('gpus')
                                data__nodetypes_value__gpus = data__nodetypes_value['gpus']
                                data__nodetypes_value__gpus_any_of_count2 = 0
                                if not data__nodetypes_value__gpus_any_of_count2:
                                    try:
                                        if not isinstance(data__nodetypes_value__gpus, (int, NoneType)) and (not (isinstance(data__nodetypes_value__gpus, float) and data__nodetypes_value__gpus.is_integer())) or isinstance(data__nodetypes_value__gpus, bool):
                                            raise Rejected
                                        if isinstance(data__nodetypes_value__gpus, (int, float)) and (not isinstance(data__nodetypes_value__gpus, bool)):
                                            if data__nodetypes_value__gpus < 0:
                                                raise Rejected
                                            if data__nodetypes_value__gpus > 1024:
                                                raise Rejected
                                        data__nodetypes_value__gpus_any_of_count2 += 1
                                    except Rejected:
                                        pass
                                if not data__nodetypes_value__gpus_any_of_count2:
                                    try:
                                        if not isinstance(data__nodetypes_value__gpus, (list, tuple)):
                                            raise Rejected
                                        data__nodetypes_value__gpus_is_list = isinstance(data__nodetypes_value__gpus, (list, tuple))
                                        if data__nodetypes_value__gpus_is_list:
                                            data__nodetypes_value__gpus_len = len(data__nodetypes_value__gpus)
                                            if data__nodetypes_value__gpus_len < 1:
                                                raise Rejected
                                            for data__nodetypes_value__gpus_x, data__nodetypes_value__gpus_item in enumerate(data__nodetypes_value__gpus):
                                                if not isinstance(data__nodetypes_value__gpus_item, dict):
                                                    raise Rejected
                                                data__nodetypes_value__gpus_item_is_dict = isinstance(data__nodetypes_value__gpus_item, dict)
                                                if data__nodetypes_value__gpus_item_is_dict:
                                                    data__nodetypes_value__gpus_item__missing_keys = set(['type']) - data__nodetypes_value__gpus_item.keys()
                                                    if data__nodetypes_value__gpus_item__missing_keys:
                                                        raise Rejected
                                                    data__nodetypes_value__gpus_item_keys = set(data__nodetypes_value__gpus_item.keys())
                                                    if 'type' in data__nodetypes_value__gpus_item_keys:
                                                        data__nodetypes_value__gpus_item_keys.remove('type')
                                                        data__nodetypes_value__gpus_item__type = data__nodetypes_value__gpus_item['type']
                                                        validate___definitions_text(data__nodetypes_value__gpus_item__type)
                                                    if 'count' in data__nodetypes_value__gpus_item_keys:
                                                        data__nodetypes_value__gpus_item_keys.remove('count')
                                                        data__nodetypes_value__gpus_item__count = data__nodetypes_value__gpus_item['count']
                                                        if not isinstance(data__nodetypes_value__gpus_item__count, (int, NoneType)) and (not (isinstance(data__nodetypes_value__gpus_item__count, float) and data__nodetypes_value__gpus_item__count.is_integer())) or isinstance(data__nodetypes_value__gpus_item__count, bool):
                                                            raise Rejected
                                                        if isinstance(data__nodetypes_value__gpus_item__count, (int, float)) and (not isinstance(data__nodetypes_value__gpus_item__count, bool)):
                                                            if data__nodetypes_value__gpus_item__count < 1:
                                                                raise Rejected
                                                            if data__nodetypes_value__gpus_item__count > 1024:
                                                                raise Rejected
                                                    if 'vram' in data__nodetypes_value__gpus_item_keys:
                                                        data__nodetypes_value__gpus_item_keys.remove('vram')
                                                        data__nodetypes_value__gpus_item__vram = data__nodetypes_value__gpus_item['vram']
                                                        validate___definitions_size(data__nodetypes_value__gpus_item__vram)
                                                    if 'gpu_threads' in data__nodetypes_value__gpus_item_keys:
                                                        data__nodetypes_value__gpus_item_keys.remove('gpu_threads')
                                                        data__nodetypes_value__gpus_item__gputhreads = data__nodetypes_value__gpus_item['gpu_threads']
                                                        if not isinstance(data__nodetypes_value__gpus_item__gputhreads, (int, NoneType)) and (not (isinstance(data__nodetypes_value__gpus_item__gputhreads, float) and data__nodetypes_value__gpus_item__gputhreads.is_integer())) or isinstance(data__nodetypes_value__gpus_item__gputhreads, bool):
                                                            raise Rejected
                                                        if isinstance(data__nodetypes_value__gpus_item__gputhreads, (int, float)) and (not isinstance(data__nodetypes_value__gpus_item__gputhreads, bool)):
                                                            if data__nodetypes_value__gpus_item__gputhreads < 0:
                                                                raise Rejected
                                                    if 'mig' in data__nodetypes_value__gpus_item_keys:
                                                        data__nodetypes_value__gpus_item_keys.remove('mig')
                                                        data__nodetypes_value__gpus_item__mig = data__nodetypes_value__gpus_item['mig']
                                                        if not isinstance(data__nodetypes_value__gpus_item__mig, (bool, NoneType)):
                                                            raise Rejected
                                                    if 'shards' in data__nodetypes_value__gpus_item_keys:
                                                        data__nodetypes_value__gpus_item_keys.remove('shards')
                                                        data__nodetypes_value__gpus_item__shards = data__nodetypes_value__gpus_item['shards']
                                                        if not isinstance(data__nodetypes_value__gpus_item__shards, (int, NoneType)) and (not (isinstance(data__nodetypes_value__gpus_item__shards, float) and data__nodetypes_value__gpus_item__shards.is_integer())) or isinstance(data__nodetypes_value__gpus_item__shards, bool):
                                                            raise Rejected
                                                        if isinstance(data__nodetypes_value__gpus_item__shards, (int, float)) and (not isinstance(data__nodetypes_value__gpus_item__shards, bool)):
                                                            if data__nodetypes_value__gpus_item__shards < 1:
                                                                raise Rejected
                                                    if 'gpu_feature' in data__nodetypes_value__gpus_item_keys:
                                                        data__nodetypes_value__gpus_item_keys.remove('gpu_feature')
                                                        data__nodetypes_value__gpus_item__gpufeature = data__nodetypes_value__gpus_item['gpu_feature']
                                                        validate___definitions_text(data__nodetypes_value__gpus_item__gpufeature)
                                                    if 'cpus_per_gpu' in data__nodetypes_value__gpus_item_keys:
                                                        data__nodetypes_value__gpus_item_keys.remove('cpus_per_gpu')
                                                        data__nodetypes_value__gpus_item__cpuspergpu = data__nodetypes_value__gpus_item['cpus_per_gpu']
                                                        data__nodetypes_value__gpus_item__cpuspergpu_any_of_count3 = 0
                                                        if not data__nodetypes_value__gpus_item__cpuspergpu_any_of_count3:
                                                            try:
                                                                if not isinstance(data__nodetypes_value__gpus_item__cpuspergpu, (int, NoneType)) and (not (isinstance(data__nodetypes_value__gpus_item__cpuspergpu, float) and data__nodetypes_value__gpus_item__cpuspergpu.is_integer())) or isinstance(data__nodetypes_value__gpus_item__cpuspergpu, bool):
                                                                    raise Rejected
                                                                if isinstance(data__nodetypes_value__gpus_item__cpuspergpu, (int, float)) and (not isinstance(data__nodetypes_value__gpus_item__cpuspergpu, bool)):
                                                                    if data__nodetypes_value__gpus_item__cpuspergpu < 0:
                                                                        raise Rejected
                                                                data__nodetypes_value__gpus_item__cpuspergpu_any_of_count3 += 1
                                                            except Rejected:
                                                                pass
                                                        if not data__nodetypes_value__gpus_item__cpuspergpu_any_of_count3:
                                                            try:
                                                                if not isinstance(data__nodetypes_value__gpus_item__cpuspergpu, dict):
                                                                    raise Rejected
                                                                data__nodetypes_value__gpus_item__cpuspergpu_is_dict = isinstance(data__nodetypes_value__gpus_item__cpuspergpu, dict)
                                                                if data__nodetypes_value__gpus_item__cpuspergpu_is_dict:
                                                                    data__nodetypes_value__gpus_item__cpuspergpu_keys = set(data__nodetypes_value__gpus_item__cpuspergpu.keys())
                                                                    if 'least' in data__nodetypes_value__gpus_item__cpuspergpu_keys:
                                                                        data__nodetypes_value__gpus_item__cpuspergpu_keys.remove('least')
                                                                        data__nodetypes_value__gpus_item__cpuspergpu__least = data__nodetypes_value__gpus_item__cpuspergpu['least']
                                                                        if not isinstance(data__nodetypes_value__gpus_item__cpuspergpu__least, int) and (not (isinstance(data__nodetypes_value__gpus_item__cpuspergpu__least, float) and data__nodetypes_value__gpus_item__cpuspergpu__least.is_integer())) or isinstance(data__nodetypes_value__gpus_item__cpuspergpu__least, bool):
                                                                            raise Rejected
                                                                        if isinstance(data__nodetypes_value__gpus_item__cpuspergpu__least, (int, float)) and (not isinstance(data__nodetypes_value__gpus_item__cpuspergpu__least, bool)):
                                                                            if data__nodetypes_value__gpus_item__cpuspergpu__least < 1:
                                                                                raise Rejected
                                                                    if 'most' in data__nodetypes_value__gpus_item__cpuspergpu_keys:
                                                                        data__nodetypes_value__gpus_item__cpuspergpu_keys.remove('most')
                                                                        data__nodetypes_value__gpus_item__cpuspergpu__most = data__nodetypes_value__gpus_item__cpuspergpu['most']
                                                                        if not isinstance(data__nodetypes_value__gpus_item__cpuspergpu__most, int) and (not (isinstance(data__nodetypes_value__gpus_item__cpuspergpu__most, float) and data__nodetypes_value__gpus_item__cpuspergpu__most.is_integer())) or isinstance(data__nodetypes_value__gpus_item__cpuspergpu__most, bool):
                                                                            raise Rejected
                                                                        if isinstance(data__nodetypes_value__gpus_item__cpuspergpu__most, (int, float)) and (not isinstance(data__nodetypes_value__gpus_item__cpuspergpu__most, bool)):
                                                                            if data__nodetypes_value__gpus_item__cpuspergpu__most < 1:
                                                                                raise Rejected
                                                                    if 'exactly' in data__nodetypes_value__gpus_item__cpuspergpu_keys:
                                                                        data__nodetypes_value__gpus_item__cpuspergpu_keys.remove('exactly')
                                                                        data__nodetypes_value__gpus_item__cpuspergpu__exactly = data__nodetypes_value__gpus_item__cpuspergpu['exactly']
                                                                        if not isinstance(data__nodetypes_value__gpus_item__cpuspergpu__exactly, int) and (not (isinstance(data__nodetypes_value__gpus_item__cpuspergpu__exactly, float) and data__nodetypes_value__gpus_item__cpuspergpu__exactly.is_integer())) or isinstance(data__nodetypes_value__gpus_item__cpuspergpu__exactly, bool):
                                                                            raise Rejected
                                                                        if isinstance(data__nodetypes_value__gpus_item__cpuspergpu__exactly, (int, float)) and (not isinstance(data__nodetypes_value__gpus_item__cpuspergpu__exactly, bool)):
                                                                            if data__nodetypes_value__gpus_item__cpuspergpu__exactly < 1:
                                                                                raise Rejected
                                                                    if data__nodetypes_value__gpus_item__cpuspergpu_keys:
                                                                        raise Rejected
                                                                data__nodetypes_value__gpus_item__cpuspergpu_any_of_count3 += 1
                                                            except Rejected:
                                                                pass
                                                        if not data__nodetypes_value__gpus_item__cpuspergpu_any_of_count3:
                                                            raise Rejected
                                                    if data__nodetypes_value__gpus_item_keys:
                                                        raise Rejected
                                        data__nodetypes_value__gpus_any_of_count2 += 1
                                    except Rejected:
                                        pass
                                if not data__nodetypes_value__gpus_any_of_count2:
                                    raise Rejected
                            if 'vram' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('vram')
                                data__nodetypes_value__vram = data__nodetypes_value['vram']
                                validate___definitions_size(data__nodetypes_value__vram)
                            if 'gpu_threads' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('gpu_threads')
                                data__nodetypes_value__gputhreads = data__nodetypes_value['gpu_threads']
                                if not isinstance(data__nodetypes_value__gputhreads, (int, NoneType)) and (not (isinstance(data__nodetypes_value__gputhreads, float) and data__nodetypes_value__gputhreads.is_integer())) or isinstance(data__nodetypes_value__gputhreads, bool):
                                    raise Rejected
                                if isinstance(data__nodetypes_value__gputhreads, (int, float)) and (not isinstance(data__nodetypes_value__gputhreads, bool)):
                                    if data__nodetypes_value__gputhreads < 0:
                                        raise Rejected
                            if 'cpus_per_gpu' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('cpus_per_gpu')
                                data__nodetypes_value__cpuspergpu = data__nodetypes_value['cpus_per_gpu']
                                data__nodetypes_value__cpuspergpu_any_of_count4 = 0
                                if not data__nodetypes_value__cpuspergpu_any_of_count4:
                                    try:
                                        if not isinstance(data__nodetypes_value__cpuspergpu, (int, NoneType)) and (not (isinstance(data__nodetypes_value__cpuspergpu, float) and data__nodetypes_value__cpuspergpu.is_integer())) or isinstance(data__nodetypes_value__cpuspergpu, bool):
                                            raise Rejected
                                        if isinstance(data__nodetypes_value__cpuspergpu, (int, float)) and (not isinstance(data__nodetypes_value__cpuspergpu, bool)):
                                            if data__nodetypes_value__cpuspergpu < 0:
                                                raise Rejected
                                        data__nodetypes_value__cpuspergpu_any_of_count4 += 1
                                    except Rejected:
                                        pass
                                if not data__nodetypes_value__cpuspergpu_any_of_count4:
                                    try:
                                        if not isinstance(data__nodetypes_value__cpuspergpu, dict):
                                            raise Rejected
                                        data__nodetypes_value__cpuspergpu_is_dict = isinstance(data__nodetypes_value__cpuspergpu, dict)
                                        if data__nodetypes_value__cpuspergpu_is_dict:
                                            data__nodetypes_value__cpuspergpu_keys = set(data__nodetypes_value__cpuspergpu.keys())
                                            if 'least' in data__nodetypes_value__cpuspergpu_keys:
                                                data__nodetypes_value__cpuspergpu_keys.remove('least')
                                                data__nodetypes_value__cpuspergpu__least = data__nodetypes_value__cpuspergpu['least']
                                                if not isinstance(data__nodetypes_value__cpuspergpu__least, int) and (not (isinstance(data__nodetypes_value__cpuspergpu__least, float) and data__nodetypes_value__cpuspergpu__least.is_integer())) or isinstance(data__nodetypes_value__cpuspergpu__least, bool):
                                                    raise Rejected
                                                if isinstance(data__nodetypes_value__cpuspergpu__least, (int, float)) and (not isinstance(data__nodetypes_value__cpuspergpu__least, bool)):
                                                    if data__nodetypes_value__cpuspergpu__least < 1:
                                                        raise Rejected
                                            if 'most' in data__nodetypes_value__cpuspergpu_keys:
                                                data__nodetypes_value__cpuspergpu_keys.remove('most')
                                                data__nodetypes_value__cpuspergpu__most = data__nodetypes_value__cpuspergpu['most']
                                                if not isinstance(data__nodetypes_value__cpuspergpu__most, int) and (not (isinstance(data__nodetypes_value__cpuspergpu__most, float) and data__nodetypes_value__cpuspergpu__most.is_integer())) or isinstance(data__nodetypes_value__cpuspergpu__most, bool):
                                                    raise Rejected
                                                if isinstance(data__nodetypes_value__cpuspergpu__most, (int, float)) and (not isinstance(data__nodetypes_value__cpuspergpu__most, bool)):
                                                    if data__nodetypes_value__cpuspergpu__most < 1:
                                                        raise Rejected
                                            if 'exactly' in data__nodetypes_value__cpuspergpu_keys:
                                                data__nodetypes_value__cpuspergpu_keys.remove('exactly')
                                                data__nodetypes_value__cpuspergpu__exactly = data__nodetypes_value__cpuspergpu['exactly']
                                                if not isinstance(data__nodetypes_value__cpuspergpu__exactly, int) and (not (isinstance(data__nodetypes_value__cpuspergpu__exactly, float) and data__nodetypes_value__cpuspergpu__exactly.is_integer())) or isinstance(data__nodetypes_value__cpuspergpu__exactly, bool):
                                                    raise Rejected
                                                if isinstance(data__nodetypes_value__cpuspergpu__exactly, (int, float)) and (not isinstance(data__nodetypes_value__cpuspergpu__exactly, bool)):
                                                    if data__nodetypes_value__cpuspergpu__exactly < 1:
                                                        raise Rejected
                                            if data__nodetypes_value__cpuspergpu_keys:
                                                raise Rejected
                                        data__nodetypes_value__cpuspergpu_any_of_count4 += 1
                                    except Rejected:
                                        pass
                                if not data__nodetypes_value__cpuspergpu_any_of_count4:
                                    raise Rejected
                            if 'mig' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('mig')
                                data__nodetypes_value__mig = data__nodetypes_value['mig']
                                if not isinstance(data__nodetypes_value__mig, (bool, NoneType)):
                                    raise Rejected
                            if 'shards' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('shards')
                                data__nodetypes_value__shards = data__nodetypes_value['shards']
                                if not isinstance(data__nodetypes_value__shards, (int, NoneType)) and (not (isinstance(data__nodetypes_value__shards, float) and data__nodetypes_value__shards.is_integer())) or isinstance(data__nodetypes_value__shards, bool):
                                    raise Rejected
                                if isinstance(data__nodetypes_value__shards, (int, float)) and (not isinstance(data__nodetypes_value__shards, bool)):
                                    if data__nodetypes_value__shards < 1:
                                        raise Rejected
                            if 'gpu_feature' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('gpu_feature')
                                data__nodetypes_value__gpufeature = data__nodetypes_value['gpu_feature']
                                validate___definitions_text(data__nodetypes_value__gpufeature)
                            if 'features' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('features')
                                data__nodetypes_value__features = data__nodetypes_value['features']
                                validate___definitions_words(data__nodetypes_value__features)
                            if 'arch' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('arch')
                                data__nodetypes_value__arch = data__nodetypes_value['arch']
                                validate___definitions_text(data__nodetypes_value__arch)
                            if 'modules' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('modules')
                                data__nodetypes_value__modules = data__nodetypes_value['modules']
                                if not isinstance(data__nodetypes_value__modules, (dict, NoneType)):
                                    raise Rejected
                                data__nodetypes_value__modules_is_dict = isinstance(data__nodetypes_value__modules, dict)
                                if data__nodetypes_value__modules_is_dict:
                                    data__nodetypes_value__modules_keys = set(data__nodetypes_value__modules.keys())
                                    for data__nodetypes_value__modules_key in data__nodetypes_value__modules_keys:
                                        if data__nodetypes_value__modules_key not in []:
                                            data__nodetypes_value__modules_value = data__nodetypes_value__modules.get(data__nodetypes_value__modules_key)
                                            validate___definitions_words(data__nodetypes_value__modules_value)
                            if 'wrapper' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('wrapper')
                                data__nodetypes_value__wrapper = data__nodetypes_value['wrapper']
                                if not isinstance(data__nodetypes_value__wrapper, (dict, NoneType)):
                                    raise Rejected
                                data__nodetypes_value__wrapper_is_dict = isinstance(data__nodetypes_value__wrapper, dict)
                                if data__nodetypes_value__wrapper_is_dict:
                                    data__nodetypes_value__wrapper_keys = set(data__nodetypes_value__wrapper.keys())
                                    for data__nodetypes_value__wrapper_key in data__nodetypes_value__wrapper_keys:
                                        if data__nodetypes_value__wrapper_key not in []:
                                            data__nodetypes_value__wrapper_value = data__nodetypes_value__wrapper.get(data__nodetypes_value__wrapper_key)
                                            validate___definitions_words(data__nodetypes_value__wrapper_value)
                            if 'until' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('until')
                                data__nodetypes_value__until = data__nodetypes_value['until']
                                validate___definitions_text(data__nodetypes_value__until)
                            if 'source' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('source')
                                data__nodetypes_value__source = data__nodetypes_value['source']
                                validate___definitions_text(data__nodetypes_value__source)
                            if 'date' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('date')
                                data__nodetypes_value__date = data__nodetypes_value['date']
                                validate___definitions_text(data__nodetypes_value__date)
                            if 'unverified' in data__nodetypes_value_keys:
                                data__nodetypes_value_keys.remove('unverified')
                                data__nodetypes_value__unverified = data__nodetypes_value['unverified']
                                if not isinstance(data__nodetypes_value__unverified, (bool, NoneType)):
                                    raise Rejected
                            if data__nodetypes_value_keys:
                                raise Rejected
        if 'partitions' in data_keys:
            data_keys.remove('partitions')
            data__partitions = data['partitions']
            if not isinstance(data__partitions, (dict, NoneType)):
                raise Rejected
            data__partitions_is_dict = isinstance(data__partitions, dict)
            if data__partitions_is_dict:
                data__partitions_keys = set(data__partitions.keys())
                for data__partitions_key in data__partitions_keys:
                    if data__partitions_key not in []:
                        data__partitions_value = data__partitions.get(data__partitions_key)
                        if not isinstance(data__partitions_value, (dict, NoneType)):
                            raise Rejected
                        data__partitions_value_is_dict = isinstance(data__partitions_value, dict)
                        if data__partitions_value_is_dict:
                            data__partitions_value_keys = set(data__partitions_value.keys())
                            if 'node_types' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('node_types')
                                data__partitions_value__nodetypes = data__partitions_value['node_types']
                                validate___definitions_words(data__partitions_value__nodetypes)
                            if 'default' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('default')
                                data__partitions_value__default = data__partitions_value['default']
                                if not isinstance(data__partitions_value__default, (bool, NoneType)):
                                    raise Rejected
                            if 'max_time' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('max_time')
                                data__partitions_value__maxtime = data__partitions_value['max_time']
                                validate___definitions_time(data__partitions_value__maxtime)
                            if 'default_time' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('default_time')
                                data__partitions_value__defaulttime = data__partitions_value['default_time']
                                validate___definitions_time(data__partitions_value__defaulttime)
                            if 'max_nodes' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('max_nodes')
                                data__partitions_value__maxnodes = data__partitions_value['max_nodes']
                                if not isinstance(data__partitions_value__maxnodes, (int, NoneType)) and (not (isinstance(data__partitions_value__maxnodes, float) and data__partitions_value__maxnodes.is_integer())) or isinstance(data__partitions_value__maxnodes, bool):
                                    raise Rejected
                                if isinstance(data__partitions_value__maxnodes, (int, float)) and (not isinstance(data__partitions_value__maxnodes, bool)):
                                    if data__partitions_value__maxnodes < 1:
                                        raise Rejected
                            if 'min_nodes' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('min_nodes')
                                data__partitions_value__minnodes = data__partitions_value['min_nodes']
                                if not isinstance(data__partitions_value__minnodes, (int, NoneType)) and (not (isinstance(data__partitions_value__minnodes, float) and data__partitions_value__minnodes.is_integer())) or isinstance(data__partitions_value__minnodes, bool):
                                    raise Rejected
                                if isinstance(data__partitions_value__minnodes, (int, float)) and (not isinstance(data__partitions_value__minnodes, bool)):
                                    if data__partitions_value__minnodes < 1:
                                        raise Rejected
                            if 'max_cpus_per_node' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('max_cpus_per_node')
                                data__partitions_value__maxcpuspernode = data__partitions_value['max_cpus_per_node']
                                if not isinstance(data__partitions_value__maxcpuspernode, (int, NoneType)) and (not (isinstance(data__partitions_value__maxcpuspernode, float) and data__partitions_value__maxcpuspernode.is_integer())) or isinstance(data__partitions_value__maxcpuspernode, bool):
                                    raise Rejected
                                if isinstance(data__partitions_value__maxcpuspernode, (int, float)) and (not isinstance(data__partitions_value__maxcpuspernode, bool)):
                                    if data__partitions_value__maxcpuspernode < 1:
                                        raise Rejected
                            if 'max_memory_per_node' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('max_memory_per_node')
                                data__partitions_value__maxmemorypernode = data__partitions_value['max_memory_per_node']
                                validate___definitions_size(data__partitions_value__maxmemorypernode)
                            if 'max_memory_per_cpu' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('max_memory_per_cpu')
                                data__partitions_value__maxmemorypercpu = data__partitions_value['max_memory_per_cpu']
                                validate___definitions_size(data__partitions_value__maxmemorypercpu)
                            if 'exclusive' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('exclusive')
                                data__partitions_value__exclusive = data__partitions_value['exclusive']
                                if not isinstance(data__partitions_value__exclusive, (bool, NoneType)):
                                    raise Rejected
                            if 'named' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('named')
                                data__partitions_value__named = data__partitions_value['named']
                                if not isinstance(data__partitions_value__named, (bool, NoneType)):
                                    raise Rejected
                            if 'min_gpus' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('min_gpus')
                                data__partitions_value__mingpus = data__partitions_value['min_gpus']
                                if not isinstance(data__partitions_value__mingpus, (int, NoneType)) and (not (isinstance(data__partitions_value__mingpus, float) and data__partitions_value__mingpus.is_integer())) or isinstance(data__partitions_value__mingpus, bool):
                                    raise Rejected
                                if isinstance(data__partitions_value__mingpus, (int, float)) and (not isinstance(data__partitions_value__mingpus, bool)):
                                    if data__partitions_value__mingpus < 1:
                                        raise Rejected
                            if 'max_gpus' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('max_gpus')
                                data__partitions_value__maxgpus = data__partitions_value['max_gpus']
                                if not isinstance(data__partitions_value__maxgpus, (int, NoneType)) and (not (isinstance(data__partitions_value__maxgpus, float) and data__partitions_value__maxgpus.is_integer())) or isinstance(data__partitions_value__maxgpus, bool):
                                    raise Rejected
                                if isinstance(data__partitions_value__maxgpus, (int, float)) and (not isinstance(data__partitions_value__maxgpus, bool)):
                                    if data__partitions_value__maxgpus < 1:
                                        raise Rejected
                            if 'max_cpus' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('max_cpus')
                                data__partitions_value__maxcpus = data__partitions_value['max_cpus']
                                if not isinstance(data__partitions_value__maxcpus, (int, NoneType)) and (not (isinstance(data__partitions_value__maxcpus, float) and data__partitions_value__maxcpus.is_integer())) or isinstance(data__partitions_value__maxcpus, bool):
                                    raise Rejected
                                if isinstance(data__partitions_value__maxcpus, (int, float)) and (not isinstance(data__partitions_value__maxcpus, bool)):
                                    if data__partitions_value__maxcpus < 1:
                                        raise Rejected
                            if 'directives' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('directives')
                                data__partitions_value__directives = data__partitions_value['directives']
                                if not isinstance(data__partitions_value__directives, (dict, NoneType)):
                                    raise Rejected
                                data__partitions_value__directives_is_dict = isinstance(data__partitions_value__directives, dict)
                                if data__partitions_value__directives_is_dict:
                                    data__partitions_value__directives_keys = set(data__partitions_value__directives.keys())
                                    for data__partitions_value__directives_key in data__partitions_value__directives_keys:
                                        if data__partitions_value__directives_key not in []:
                                            data__partitions_value__directives_value = data__partitions_value__directives.get(data__partitions_value__directives_key)
                                            if not isinstance(data__partitions_value__directives_value, (str, int, float, bool, NoneType)):
                                                raise Rejected
                            if 'billing' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('billing')
                                data__partitions_value__billing = data__partitions_value['billing']
                                if not isinstance(data__partitions_value__billing, (dict, NoneType)):
                                    raise Rejected
                                data__partitions_value__billing_is_dict = isinstance(data__partitions_value__billing, dict)
                                if data__partitions_value__billing_is_dict:
                                    data__partitions_value__billing_keys = set(data__partitions_value__billing.keys())
                                    if 'cpu' in data__partitions_value__billing_keys:
                                        data__partitions_value__billing_keys.remove('cpu')
                                        data__partitions_value__billing__cpu = data__partitions_value__billing['cpu']
                                        if not isinstance(data__partitions_value__billing__cpu, (int, float, NoneType)) or isinstance(data__partitions_value__billing__cpu, bool):
                                            raise Rejected
                                        if isinstance(data__partitions_value__billing__cpu, (int, float)) and (not isinstance(data__partitions_value__billing__cpu, bool)):
                                            if data__partitions_value__billing__cpu < 0:
                                                raise Rejected
                                    if 'memory' in data__partitions_value__billing_keys:
                                        data__partitions_value__billing_keys.remove('memory')
                                        data__partitions_value__billing__memory = data__partitions_value__billing['memory']
                                        if not isinstance(data__partitions_value__billing__memory, (int, float, NoneType)) or isinstance(data__partitions_value__billing__memory, bool):
                                            raise Rejected
                                        if isinstance(data__partitions_value__billing__memory, (int, float)) and (not isinstance(data__partitions_value__billing__memory, bool)):
                                            if data__partitions_value__billing__memory < 0:
                                                raise Rejected
                                    if 'gpu' in data__partitions_value__billing_keys:
                                        data__partitions_value__billing_keys.remove('gpu')
                                        data__partitions_value__billing__gpu = data__partitions_value__billing['gpu']
                                        if not isinstance(data__partitions_value__billing__gpu, (int, float, NoneType)) or isinstance(data__partitions_value__billing__gpu, bool):
                                            raise Rejected
                                        if isinstance(data__partitions_value__billing__gpu, (int, float)) and (not isinstance(data__partitions_value__billing__gpu, bool)):
                                            if data__partitions_value__billing__gpu < 0:
                                                raise Rejected
                                    if data__partitions_value__billing_keys:
                                        raise Rejected
                            if 'source' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('source')
                                data__partitions_value__source = data__partitions_value['source']
                                validate___definitions_text(data__partitions_value__source)
                            if 'date' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('date')
                                data__partitions_value__date = data__partitions_value['date']
                                validate___definitions_text(data__partitions_value__date)
                            if 'unverified' in data__partitions_value_keys:
                                data__partitions_value_keys.remove('unverified')
                                data__partitions_value__unverified = data__partitions_value['unverified']
                                if not isinstance(data__partitions_value__unverified, (bool, NoneType)):
                                    raise Rejected
                            if data__partitions_value_keys:
                                raise Rejected
        if 'qos' in data_keys:
            data_keys.remove('qos')
            data__qos = data['qos']
            if not isinstance(data__qos, (dict, NoneType)):
                raise Rejected
            data__qos_is_dict = isinstance(data__qos, dict)
            if data__qos_is_dict:
                data__qos_keys = set(data__qos.keys())
                for data__qos_key in data__qos_keys:
                    if data__qos_key not in []:
                        data__qos_value = data__qos.get(data__qos_key)
                        if not isinstance(data__qos_value, (dict, NoneType)):
                            raise Rejected
                        data__qos_value_is_dict = isinstance(data__qos_value, dict)
                        if data__qos_value_is_dict:
                            data__qos_value_keys = set(data__qos_value.keys())
                            if 'max_time' in data__qos_value_keys:
                                data__qos_value_keys.remove('max_time')
                                data__qos_value__maxtime = data__qos_value['max_time']
                                validate___definitions_time(data__qos_value__maxtime)
                            if 'max_nodes' in data__qos_value_keys:
                                data__qos_value_keys.remove('max_nodes')
                                data__qos_value__maxnodes = data__qos_value['max_nodes']
                                if not isinstance(data__qos_value__maxnodes, (int, NoneType)) and (not (isinstance(data__qos_value__maxnodes, float) and data__qos_value__maxnodes.is_integer())) or isinstance(data__qos_value__maxnodes, bool):
                                    raise Rejected
                                if isinstance(data__qos_value__maxnodes, (int, float)) and (not isinstance(data__qos_value__maxnodes, bool)):
                                    if data__qos_value__maxnodes < 1:
                                        raise Rejected
                            if 'min_gpus' in data__qos_value_keys:
                                data__qos_value_keys.remove('min_gpus')
                                data__qos_value__mingpus = data__qos_value['min_gpus']
                                if not isinstance(data__qos_value__mingpus, (int, NoneType)) and (not (isinstance(data__qos_value__mingpus, float) and data__qos_value__mingpus.is_integer())) or isinstance(data__qos_value__mingpus, bool):
                                    raise Rejected
                                if isinstance(data__qos_value__mingpus, (int, float)) and (not isinstance(data__qos_value__mingpus, bool)):
                                    if data__qos_value__mingpus < 1:
                                        raise Rejected
                            if 'max_gpus' in data__qos_value_keys:
                                data__qos_value_keys.remove('max_gpus')
                                data__qos_value__maxgpus = data__qos_value['max_gpus']
                                if not isinstance(data__qos_value__maxgpus, (int, NoneType)) and (not (isinstance(data__qos_value__maxgpus, float) and data__qos_value__maxgpus.is_integer())) or isinstance(data__qos_value__maxgpus, bool):
                                    raise Rejected
                                if isinstance(data__qos_value__maxgpus, (int, float)) and (not isinstance(data__qos_value__maxgpus, bool)):
                                    if data__qos_value__maxgpus < 1:
                                        raise Rejected
                            if 'max_cpus' in data__qos_value_keys:
                                data__qos_value_keys.remove('max_cpus')
                                data__qos_value__maxcpus = data__qos_value['max_cpus']
                                if not isinstance(data__qos_value__maxcpus, (int, NoneType)) and (not (isinstance(data__qos_value__maxcpus, float) and data__qos_value__maxcpus.is_integer())) or isinstance(data__qos_value__maxcpus, bool):
                                    raise Rejected
                                if isinstance(data__qos_value__maxcpus, (int, float)) and (not isinstance(data__qos_value__maxcpus, bool)):
                                    if data__qos_value__maxcpus < 1:
                                        raise Rejected
                            if 'source' in data__qos_value_keys:
                                data__qos_value_keys.remove('source')
                                data__qos_value__source = data__qos_value['source']
                                validate___definitions_text(data__qos_value__source)
                            if 'date' in data__qos_value_keys:
                                data__qos_value_keys.remove('date')
                                data__qos_value__date = data__qos_value['date']
                                validate___definitions_text(data__qos_value__date)
                            if 'unverified' in data__qos_value_keys:
                                data__qos_value_keys.remove('unverified')
                                data__qos_value__unverified = data__qos_value['unverified']
                                if not isinstance(data__qos_value__unverified, (bool, NoneType)):
                                    raise Rejected
                            if data__qos_value_keys:
                                raise Rejected
        if 'launchers' in data_keys:
            data_keys.remove('launchers')
            data__launchers = data['launchers']
            if not isinstance(data__launchers, (dict, NoneType)):
                raise Rejected
            data__launchers_is_dict = isinstance(data__launchers, dict)
            if data__launchers_is_dict:
                data__launchers_keys = set(data__launchers.keys())
                if 'batch' in data__launchers_keys:
                    data__launchers_keys.remove('batch')
                    data__launchers__batch = data__launchers['batch']
                    if not isinstance(data__launchers__batch, (dict, NoneType)):
                        raise Rejected
                    data__launchers__batch_is_dict = isinstance(data__launchers__batch, dict)
                    if data__launchers__batch_is_dict:
                        data__launchers__batch_keys = set(data__launchers__batch.keys())
                        if 'name' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('name')
                            data__launchers__batch__name = data__launchers__batch['name']
                            validate___definitions_text(data__launchers__batch__name)
                        if 'argv' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('argv')
                            data__launchers__batch__argv = data__launchers__batch['argv']
                            validate___definitions_words(data__launchers__batch__argv)
                        if 'arbitrary' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('arbitrary')
                            data__launchers__batch__arbitrary = data__launchers__batch['arbitrary']
                            validate___definitions_words(data__launchers__batch__arbitrary)
                        if 'hostfile_variable' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('hostfile_variable')
                            data__launchers__batch__hostfilevariable = data__launchers__batch['hostfile_variable']
                            validate___definitions_text(data__launchers__batch__hostfilevariable)
                        if 'places_ranks_by' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('places_ranks_by')
                            data__launchers__batch__placesranksby = data__launchers__batch['places_ranks_by']
                            if not (isinstance(data__launchers__batch__placesranksby, str) and data__launchers__batch__placesranksby == 'nothing' or (isinstance(data__launchers__batch__placesranksby, str) and data__launchers__batch__placesranksby == 'hostfile') or (isinstance(data__launchers__batch__placesranksby, str) and data__launchers__batch__placesranksby == 'variable') or (isinstance(data__launchers__batch__placesranksby, str) and data__launchers__batch__placesranksby == 'tasks_per_node') or (data__launchers__batch__placesranksby is None)):
                                raise Rejected
                        if 'hostfile_row' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('hostfile_row')
                            data__launchers__batch__hostfilerow = data__launchers__batch['hostfile_row']
                            validate___definitions_text(data__launchers__batch__hostfilerow)
                        if 'daemons' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('daemons')
                            data__launchers__batch__daemons = data__launchers__batch['daemons']
                            if not isinstance(data__launchers__batch__daemons, (bool, NoneType)):
                                raise Rejected
                        if 'unset' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('unset')
                            data__launchers__batch__unset = data__launchers__batch['unset']
                            validate___definitions_words(data__launchers__batch__unset)
                        if 'exports' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('exports')
                            data__launchers__batch__exports = data__launchers__batch['exports']
                            validate___definitions_texts(data__launchers__batch__exports)
                        if 'mpi' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('mpi')
                            data__launchers__batch__mpi = data__launchers__batch['mpi']
                            validate___definitions_text(data__launchers__batch__mpi)
                        if 'source' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('source')
                            data__launchers__batch__source = data__launchers__batch['source']
                            validate___definitions_text(data__launchers__batch__source)
                        if 'date' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('date')
                            data__launchers__batch__date = data__launchers__batch['date']
                            validate___definitions_text(data__launchers__batch__date)
                        if 'unverified' in data__launchers__batch_keys:
                            data__launchers__batch_keys.remove('unverified')
                            data__launchers__batch__unverified = data__launchers__batch['unverified']
                            if not isinstance(data__launchers__batch__unverified, (bool, NoneType)):
                                raise Rejected
                        if data__launchers__batch_keys:
                            raise Rejected
                if 'gpu' in data__launchers_keys:
                    data__launchers_keys.remove('gpu')
                    data__launchers__gpu = data__launchers['gpu']
                    if not isinstance(data__launchers__gpu, (dict, NoneType)):
                        raise Rejected
                    data__launchers__gpu_is_dict = isinstance(data__launchers__gpu, dict)
                    if data__launchers__gpu_is_dict:
                        data__launchers__gpu_keys = set(data__launchers__gpu.keys())
                        if 'name' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('name')
                            data__launchers__gpu__name = data__launchers__gpu['name']
                            validate___definitions_text(data__launchers__gpu__name)
                        if 'argv' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('argv')
                            data__launchers__gpu__argv = data__launchers__gpu['argv']
                            validate___definitions_words(data__launchers__gpu__argv)
                        if 'arbitrary' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('arbitrary')
                            data__launchers__gpu__arbitrary = data__launchers__gpu['arbitrary']
                            validate___definitions_words(data__launchers__gpu__arbitrary)
                        if 'hostfile_variable' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('hostfile_variable')
                            data__launchers__gpu__hostfilevariable = data__launchers__gpu['hostfile_variable']
                            validate___definitions_text(data__launchers__gpu__hostfilevariable)
                        if 'places_ranks_by' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('places_ranks_by')
                            data__launchers__gpu__placesranksby = data__launchers__gpu['places_ranks_by']
                            if not (isinstance(data__launchers__gpu__placesranksby, str) and data__launchers__gpu__placesranksby == 'nothing' or (isinstance(data__launchers__gpu__placesranksby, str) and data__launchers__gpu__placesranksby == 'hostfile') or (isinstance(data__launchers__gpu__placesranksby, str) and data__launchers__gpu__placesranksby == 'variable') or (isinstance(data__launchers__gpu__placesranksby, str) and data__launchers__gpu__placesranksby == 'tasks_per_node') or (data__launchers__gpu__placesranksby is None)):
                                raise Rejected
                        if 'hostfile_row' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('hostfile_row')
                            data__launchers__gpu__hostfilerow = data__launchers__gpu['hostfile_row']
                            validate___definitions_text(data__launchers__gpu__hostfilerow)
                        if 'daemons' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('daemons')
                            data__launchers__gpu__daemons = data__launchers__gpu['daemons']
                            if not isinstance(data__launchers__gpu__daemons, (bool, NoneType)):
                                raise Rejected
                        if 'unset' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('unset')
                            data__launchers__gpu__unset = data__launchers__gpu['unset']
                            validate___definitions_words(data__launchers__gpu__unset)
                        if 'exports' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('exports')
                            data__launchers__gpu__exports = data__launchers__gpu['exports']
                            validate___definitions_texts(data__launchers__gpu__exports)
                        if 'mpi' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('mpi')
                            data__launchers__gpu__mpi = data__launchers__gpu['mpi']
                            validate___definitions_text(data__launchers__gpu__mpi)
                        if 'source' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('source')
                            data__launchers__gpu__source = data__launchers__gpu['source']
                            validate___definitions_text(data__launchers__gpu__source)
                        if 'date' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('date')
                            data__launchers__gpu__date = data__launchers__gpu['date']
                            validate___definitions_text(data__launchers__gpu__date)
                        if 'unverified' in data__launchers__gpu_keys:
                            data__launchers__gpu_keys.remove('unverified')
                            data__launchers__gpu__unverified = data__launchers__gpu['unverified']
                            if not isinstance(data__launchers__gpu__unverified, (bool, NoneType)):
                                raise Rejected
                        if data__launchers__gpu_keys:
                            raise Rejected
                if 'interactive' in data__launchers_keys:
                    data__launchers_keys.remove('interactive')
                    data__launchers__interactive = data__launchers['interactive']
                    if not isinstance(data__launchers__interactive, (dict, NoneType)):
                        raise Rejected
                    data__launchers__interactive_is_dict = isinstance(data__launchers__interactive, dict)
                    if data__launchers__interactive_is_dict:
                        data__launchers__interactive_keys = set(data__launchers__interactive.keys())
                        if 'name' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('name')
                            data__launchers__interactive__name = data__launchers__interactive['name']
                            validate___definitions_text(data__launchers__interactive__name)
                        if 'argv' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('argv')
                            data__launchers__interactive__argv = data__launchers__interactive['argv']
                            validate___definitions_words(data__launchers__interactive__argv)
                        if 'arbitrary' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('arbitrary')
                            data__launchers__interactive__arbitrary = data__launchers__interactive['arbitrary']
                            validate___definitions_words(data__launchers__interactive__arbitrary)
                        if 'hostfile_variable' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('hostfile_variable')
                            data__launchers__interactive__hostfilevariable = data__launchers__interactive['hostfile_variable']
                            validate___definitions_text(data__launchers__interactive__hostfilevariable)
                        if 'places_ranks_by' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('places_ranks_by')
                            data__launchers__interactive__placesranksby = data__launchers__interactive['places_ranks_by']
                            if not (isinstance(data__launchers__interactive__placesranksby, str) and data__launchers__interactive__placesranksby == 'nothing' or (isinstance(data__launchers__interactive__placesranksby, str) and data__launchers__interactive__placesranksby == 'hostfile') or (isinstance(data__launchers__interactive__placesranksby, str) and data__launchers__interactive__placesranksby == 'variable') or (isinstance(data__launchers__interactive__placesranksby, str) and data__launchers__interactive__placesranksby == 'tasks_per_node') or (data__launchers__interactive__placesranksby is None)):
                                raise Rejected
                        if 'hostfile_row' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('hostfile_row')
                            data__launchers__interactive__hostfilerow = data__launchers__interactive['hostfile_row']
                            validate___definitions_text(data__launchers__interactive__hostfilerow)
                        if 'daemons' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('daemons')
                            data__launchers__interactive__daemons = data__launchers__interactive['daemons']
                            if not isinstance(data__launchers__interactive__daemons, (bool, NoneType)):
                                raise Rejected
                        if 'unset' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('unset')
                            data__launchers__interactive__unset = data__launchers__interactive['unset']
                            validate___definitions_words(data__launchers__interactive__unset)
                        if 'exports' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('exports')
                            data__launchers__interactive__exports = data__launchers__interactive['exports']
                            validate___definitions_texts(data__launchers__interactive__exports)
                        if 'mpi' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('mpi')
                            data__launchers__interactive__mpi = data__launchers__interactive['mpi']
                            validate___definitions_text(data__launchers__interactive__mpi)
                        if 'source' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('source')
                            data__launchers__interactive__source = data__launchers__interactive['source']
                            validate___definitions_text(data__launchers__interactive__source)
                        if 'date' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('date')
                            data__launchers__interactive__date = data__launchers__interactive['date']
                            validate___definitions_text(data__launchers__interactive__date)
                        if 'unverified' in data__launchers__interactive_keys:
                            data__launchers__interactive_keys.remove('unverified')
                            data__launchers__interactive__unverified = data__launchers__interactive['unverified']
                            if not isinstance(data__launchers__interactive__unverified, (bool, NoneType)):
                                raise Rejected
                        if data__launchers__interactive_keys:
                            raise Rejected
                if 'serial' in data__launchers_keys:
                    data__launchers_keys.remove('serial')
                    data__launchers__serial = data__launchers['serial']
                    if not isinstance(data__launchers__serial, (dict, NoneType)):
                        raise Rejected
                    data__launchers__serial_is_dict = isinstance(data__launchers__serial, dict)
                    if data__launchers__serial_is_dict:
                        data__launchers__serial_keys = set(data__launchers__serial.keys())
                        if 'name' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('name')
                            data__launchers__serial__name = data__launchers__serial['name']
                            validate___definitions_text(data__launchers__serial__name)
                        if 'argv' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('argv')
                            data__launchers__serial__argv = data__launchers__serial['argv']
                            validate___definitions_words(data__launchers__serial__argv)
                        if 'arbitrary' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('arbitrary')
                            data__launchers__serial__arbitrary = data__launchers__serial['arbitrary']
                            validate___definitions_words(data__launchers__serial__arbitrary)
                        if 'hostfile_variable' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('hostfile_variable')
                            data__launchers__serial__hostfilevariable = data__launchers__serial['hostfile_variable']
                            validate___definitions_text(data__launchers__serial__hostfilevariable)
                        if 'unset' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('unset')
                            data__launchers__serial__unset = data__launchers__serial['unset']
                            validate___definitions_words(data__launchers__serial__unset)
                        if 'exports' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('exports')
                            data__launchers__serial__exports = data__launchers__serial['exports']
                            validate___definitions_texts(data__launchers__serial__exports)
                        if 'mpi' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('mpi')
                            data__launchers__serial__mpi = data__launchers__serial['mpi']
                            validate___definitions_text(data__launchers__serial__mpi)
                        if 'source' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('source')
                            data__launchers__serial__source = data__launchers__serial['source']
                            validate___definitions_text(data__launchers__serial__source)
                        if 'date' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('date')
                            data__launchers__serial__date = data__launchers__serial['date']
                            validate___definitions_text(data__launchers__serial__date)
                        if 'unverified' in data__launchers__serial_keys:
                            data__launchers__serial_keys.remove('unverified')
                            data__launchers__serial__unverified = data__launchers__serial['unverified']
                            if not isinstance(data__launchers__serial__unverified, (bool, NoneType)):
                                raise Rejected
                        if data__launchers__serial_keys:
                            raise Rejected
                if 'hetjob' in data__launchers_keys:
                    data__launchers_keys.remove('hetjob')
                    data__launchers__hetjob = data__launchers['hetjob']
                    if not isinstance(data__launchers__hetjob, (dict, NoneType)):
                        raise Rejected
                    data__launchers__hetjob_is_dict = isinstance(data__launchers__hetjob, dict)
                    if data__launchers__hetjob_is_dict:
                        data__launchers__hetjob_keys = set(data__launchers__hetjob.keys())
                        if 'name' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('name')
                            data__launchers__hetjob__name = data__launchers__hetjob['name']
                            validate___definitions_text(data__launchers__hetjob__name)
                        if 'argv' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('argv')
                            data__launchers__hetjob__argv = data__launchers__hetjob['argv']
                            validate___definitions_words(data__launchers__hetjob__argv)
                        if 'arbitrary' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('arbitrary')
                            data__launchers__hetjob__arbitrary = data__launchers__hetjob['arbitrary']
                            validate___definitions_words(data__launchers__hetjob__arbitrary)
                        if 'hostfile_variable' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('hostfile_variable')
                            data__launchers__hetjob__hostfilevariable = data__launchers__hetjob['hostfile_variable']
                            validate___definitions_text(data__launchers__hetjob__hostfilevariable)
                        if 'unset' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('unset')
                            data__launchers__hetjob__unset = data__launchers__hetjob['unset']
                            validate___definitions_words(data__launchers__hetjob__unset)
                        if 'exports' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('exports')
                            data__launchers__hetjob__exports = data__launchers__hetjob['exports']
                            validate___definitions_texts(data__launchers__hetjob__exports)
                        if 'mpi' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('mpi')
                            data__launchers__hetjob__mpi = data__launchers__hetjob['mpi']
                            validate___definitions_text(data__launchers__hetjob__mpi)
                        if 'workers' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('workers')
                            data__launchers__hetjob__workers = data__launchers__hetjob['workers']
                            validate___definitions_words(data__launchers__hetjob__workers)
                        if 'variables' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('variables')
                            data__launchers__hetjob__variables = data__launchers__hetjob['variables']
                            validate___definitions_texts(data__launchers__hetjob__variables)
                        if 'source' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('source')
                            data__launchers__hetjob__source = data__launchers__hetjob['source']
                            validate___definitions_text(data__launchers__hetjob__source)
                        if 'date' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('date')
                            data__launchers__hetjob__date = data__launchers__hetjob['date']
                            validate___definitions_text(data__launchers__hetjob__date)
                        if 'unverified' in data__launchers__hetjob_keys:
                            data__launchers__hetjob_keys.remove('unverified')
                            data__launchers__hetjob__unverified = data__launchers__hetjob['unverified']
                            if not isinstance(data__launchers__hetjob__unverified, (bool, NoneType)):
                                raise Rejected
                        if data__launchers__hetjob_keys:
                            raise Rejected
                if 'one_task_per_node' in data__launchers_keys:
                    data__launchers_keys.remove('one_task_per_node')
                    data__launchers__onetaskpernode = data__launchers['one_task_per_node']
                    if not isinstance(data__launchers__onetaskpernode, (dict, NoneType)):
                        raise Rejected
                    data__launchers__onetaskpernode_is_dict = isinstance(data__launchers__onetaskpernode, dict)
                    if data__launchers__onetaskpernode_is_dict:
                        data__launchers__onetaskpernode_keys = set(data__launchers__onetaskpernode.keys())
                        if 'name' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('name')
                            data__launchers__onetaskpernode__name = data__launchers__onetaskpernode['name']
                            validate___definitions_text(data__launchers__onetaskpernode__name)
                        if 'argv' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('argv')
                            data__launchers__onetaskpernode__argv = data__launchers__onetaskpernode['argv']
                            validate___definitions_words(data__launchers__onetaskpernode__argv)
                        if 'arbitrary' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('arbitrary')
                            data__launchers__onetaskpernode__arbitrary = data__launchers__onetaskpernode['arbitrary']
                            validate___definitions_words(data__launchers__onetaskpernode__arbitrary)
                        if 'hostfile_variable' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('hostfile_variable')
                            data__launchers__onetaskpernode__hostfilevariable = data__launchers__onetaskpernode['hostfile_variable']
                            validate___definitions_text(data__launchers__onetaskpernode__hostfilevariable)
                        if 'places_ranks_by' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('places_ranks_by')
                            data__launchers__onetaskpernode__placesranksby = data__launchers__onetaskpernode['places_ranks_by']
                            if not (isinstance(data__launchers__onetaskpernode__placesranksby, str) and data__launchers__onetaskpernode__placesranksby == 'nothing' or (isinstance(data__launchers__onetaskpernode__placesranksby, str) and data__launchers__onetaskpernode__placesranksby == 'hostfile') or (isinstance(data__launchers__onetaskpernode__placesranksby, str) and data__launchers__onetaskpernode__placesranksby == 'variable') or (isinstance(data__launchers__onetaskpernode__placesranksby, str) and data__launchers__onetaskpernode__placesranksby == 'tasks_per_node') or (data__launchers__onetaskpernode__placesranksby is None)):
                                raise Rejected
                        if 'hostfile_row' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('hostfile_row')
                            data__launchers__onetaskpernode__hostfilerow = data__launchers__onetaskpernode['hostfile_row']
                            validate___definitions_text(data__launchers__onetaskpernode__hostfilerow)
                        if 'daemons' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('daemons')
                            data__launchers__onetaskpernode__daemons = data__launchers__onetaskpernode['daemons']
                            if not isinstance(data__launchers__onetaskpernode__daemons, (bool, NoneType)):
                                raise Rejected
                        if 'unset' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('unset')
                            data__launchers__onetaskpernode__unset = data__launchers__onetaskpernode['unset']
                            validate___definitions_words(data__launchers__onetaskpernode__unset)
                        if 'exports' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('exports')
                            data__launchers__onetaskpernode__exports = data__launchers__onetaskpernode['exports']
                            validate___definitions_texts(data__launchers__onetaskpernode__exports)
                        if 'mpi' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('mpi')
                            data__launchers__onetaskpernode__mpi = data__launchers__onetaskpernode['mpi']
                            validate___definitions_text(data__launchers__onetaskpernode__mpi)
                        if 'source' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('source')
                            data__launchers__onetaskpernode__source = data__launchers__onetaskpernode['source']
                            validate___definitions_text(data__launchers__onetaskpernode__source)
                        if 'date' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('date')
                            data__launchers__onetaskpernode__date = data__launchers__onetaskpernode['date']
                            validate___definitions_text(data__launchers__onetaskpernode__date)
                        if 'unverified' in data__launchers__onetaskpernode_keys:
                            data__launchers__onetaskpernode_keys.remove('unverified')
                            data__launchers__onetaskpernode__unverified = data__launchers__onetaskpernode['unverified']
                            if not isinstance(data__launchers__onetaskpernode__unverified, (bool, NoneType)):
                                raise Rejected
                        if data__launchers__onetaskpernode_keys:
                            raise Rejected
                if data__launchers_keys:
                    raise Rejected
        if 'scratch' in data_keys:
            data_keys.remove('scratch')
            data__scratch = data['scratch']
            if not isinstance(data__scratch, (dict, NoneType)):
                raise Rejected
            data__scratch_is_dict = isinstance(data__scratch, dict)
            if data__scratch_is_dict:
                data__scratch_keys = set(data__scratch.keys())
                if 'path' in data__scratch_keys:
                    data__scratch_keys.remove('path')
                    data__scratch__path = data__scratch['path']
                    validate___definitions_text(data__scratch__path)
                if 'gres' in data__scratch_keys:
                    data__scratch_keys.remove('gres')
                    data__scratch__gres = data__scratch['gres']
                    validate___definitions_text(data__scratch__gres)
                if 'required' in data__scratch_keys:
                    data__scratch_keys.remove('required')
                    data__scratch__required = data__scratch['required']
                    if not isinstance(data__scratch__required, (bool, NoneType)):
                        raise Rejected
                if 'minimum' in data__scratch_keys:
                    data__scratch_keys.remove('minimum')
                    data__scratch__minimum = data__scratch['minimum']
                    validate___definitions_size(data__scratch__minimum)
                if 'default' in data__scratch_keys:
                    data__scratch_keys.remove('default')
                    data__scratch__default = data__scratch['default']
                    validate___definitions_size(data__scratch__default)
                if 'private' in data__scratch_keys:
                    data__scratch_keys.remove('private')
                    data__scratch__private = data__scratch['private']
                    if not isinstance(data__scratch__private, (bool, NoneType)):
                        raise Rejected
                if 'tmp' in data__scratch_keys:
                    data__scratch_keys.remove('tmp')
                    data__scratch__tmp = data__scratch['tmp']
                    if not isinstance(data__scratch__tmp, (bool, NoneType)):
                        raise Rejected
                if 'feature' in data__scratch_keys:
                    data__scratch_keys.remove('feature')
                    data__scratch__feature = data__scratch['feature']
                    validate___definitions_text(data__scratch__feature)
                if 'burst_buffer' in data__scratch_keys:
                    data__scratch_keys.remove('burst_buffer')
                    data__scratch__burstbuffer = data__scratch['burst_buffer']
                    validate___definitions_text(data__scratch__burstbuffer)
                if 'source' in data__scratch_keys:
                    data__scratch_keys.remove('source')
                    data__scratch__source = data__scratch['source']
                    validate___definitions_text(data__scratch__source)
                if 'date' in data__scratch_keys:
                    data__scratch_keys.remove('date')
                    data__scratch__date = data__scratch['date']
                    validate___definitions_text(data__scratch__date)
                if 'unverified' in data__scratch_keys:
                    data__scratch_keys.remove('unverified')
                    data__scratch__unverified = data__scratch['unverified']
                    if not isinstance(data__scratch__unverified, (bool, NoneType)):
                        raise Rejected
                if data__scratch_keys:
                    raise Rejected
        if 'policy' in data_keys:
            data_keys.remove('policy')
            data__policy = data['policy']
            if not isinstance(data__policy, (dict, NoneType)):
                raise Rejected
            data__policy_is_dict = isinstance(data__policy, dict)
            if data__policy_is_dict:
                data__policy_keys = set(data__policy.keys())
                if 'cpu_threads' in data__policy_keys:
                    data__policy_keys.remove('cpu_threads')
                    data__policy__cputhreads = data__policy['cpu_threads']
                    if not isinstance(data__policy__cputhreads, (int, NoneType)) and (not (isinstance(data__policy__cputhreads, float) and data__policy__cputhreads.is_integer())) or isinstance(data__policy__cputhreads, bool):
                        raise Rejected
                    if isinstance(data__policy__cputhreads, (int, float)) and (not isinstance(data__policy__cputhreads, bool)):
                        if data__policy__cputhreads < 1:
                            raise Rejected
                if 'gpu_threads' in data__policy_keys:
                    data__policy_keys.remove('gpu_threads')
                    data__policy__gputhreads = data__policy['gpu_threads']
                    if not isinstance(data__policy__gputhreads, (int, NoneType)) and (not (isinstance(data__policy__gputhreads, float) and data__policy__gputhreads.is_integer())) or isinstance(data__policy__gputhreads, bool):
                        raise Rejected
                    if isinstance(data__policy__gputhreads, (int, float)) and (not isinstance(data__policy__gputhreads, bool)):
                        if data__policy__gputhreads < 1:
                            raise Rejected
                if 'memory_per_cpu' in data__policy_keys:
                    data__policy_keys.remove('memory_per_cpu')
                    data__policy__memorypercpu = data__policy['memory_per_cpu']
                    validate___definitions_size(data__policy__memorypercpu)
                if 'ntasks' in data__policy_keys:
                    data__policy_keys.remove('ntasks')
                    data__policy__ntasks = data__policy['ntasks']
                    if not isinstance(data__policy__ntasks, (int, NoneType)) and (not (isinstance(data__policy__ntasks, float) and data__policy__ntasks.is_integer())) or isinstance(data__policy__ntasks, bool):
                        raise Rejected
                    if isinstance(data__policy__ntasks, (int, float)) and (not isinstance(data__policy__ntasks, bool)):
                        if data__policy__ntasks < 1:
                            raise Rejected
                if 'time' in data__policy_keys:
                    data__policy_keys.remove('time')
                    data__policy__time = data__policy['time']
                    validate___definitions_time(data__policy__time)
                if 'memory_factor' in data__policy_keys:
                    data__policy_keys.remove('memory_factor')
                    data__policy__memoryfactor = data__policy['memory_factor']
                    if not isinstance(data__policy__memoryfactor, (int, float, NoneType)) or isinstance(data__policy__memoryfactor, bool):
                        raise Rejected
                    if isinstance(data__policy__memoryfactor, (int, float)) and (not isinstance(data__policy__memoryfactor, bool)):
                        if data__policy__memoryfactor < 1:
                            raise Rejected
                if 'threads' in data__policy_keys:
                    data__policy_keys.remove('threads')
                    data__policy__threads = data__policy['threads']
                    if not isinstance(data__policy__threads, (dict, NoneType)):
                        raise Rejected
                    data__policy__threads_is_dict = isinstance(data__policy__threads, dict)
                    if data__policy__threads_is_dict:
                        data__policy__threads_keys = set(data__policy__threads.keys())
                        for data__policy__threads_key in data__policy__threads_keys:
                            if data__policy__threads_key not in []:
                                data__policy__threads_value = data__policy__threads.get(data__policy__threads_key)
                                if not isinstance(data__policy__threads_value, (int, NoneType)) and (not (isinstance(data__policy__threads_value, float) and data__policy__threads_value.is_integer())) or isinstance(data__policy__threads_value, bool):
                                    raise Rejected
                                if isinstance(data__policy__threads_value, (int, float)) and (not isinstance(data__policy__threads_value, bool)):
                                    if data__policy__threads_value < 1:
                                        raise Rejected
                if 'idle_cpus' in data__policy_keys:
                    data__policy_keys.remove('idle_cpus')
                    data__policy__idlecpus = data__policy['idle_cpus']
                    if not isinstance(data__policy__idlecpus, (dict, NoneType)):
                        raise Rejected
                    data__policy__idlecpus_is_dict = isinstance(data__policy__idlecpus, dict)
                    if data__policy__idlecpus_is_dict:
                        data__policy__idlecpus_keys = set(data__policy__idlecpus.keys())
                        for data__policy__idlecpus_key in data__policy__idlecpus_keys:
                            if data__policy__idlecpus_key not in []:
                                data__policy__idlecpus_value = data__policy__idlecpus.get(data__policy__idlecpus_key)
                                if not isinstance(data__policy__idlecpus_value, (int, NoneType)) and (not (isinstance(data__policy__idlecpus_value, float) and data__policy__idlecpus_value.is_integer())) or isinstance(data__policy__idlecpus_value, bool):
                                    raise Rejected
                                if isinstance(data__policy__idlecpus_value, (int, float)) and (not isinstance(data__policy__idlecpus_value, bool)):
                                    if data__policy__idlecpus_value < 0:
                                        raise Rejected
                if 'ranks_per_gpu' in data__policy_keys:
                    data__policy_keys.remove('ranks_per_gpu')
                    data__policy__rankspergpu = data__policy['ranks_per_gpu']
                    if not isinstance(data__policy__rankspergpu, (dict, NoneType)):
                        raise Rejected
                    data__policy__rankspergpu_is_dict = isinstance(data__policy__rankspergpu, dict)
                    if data__policy__rankspergpu_is_dict:
                        data__policy__rankspergpu_keys = set(data__policy__rankspergpu.keys())
                        for data__policy__rankspergpu_key in data__policy__rankspergpu_keys:
                            if data__policy__rankspergpu_key not in []:
                                data__policy__rankspergpu_value = data__policy__rankspergpu.get(data__policy__rankspergpu_key)
                                if not isinstance(data__policy__rankspergpu_value, (dict, NoneType)):
                                    raise Rejected
                                data__policy__rankspergpu_value_is_dict = isinstance(data__policy__rankspergpu_value, dict)
                                if data__policy__rankspergpu_value_is_dict:
                                    data__policy__rankspergpu_value_keys = set(data__policy__rankspergpu_value.keys())
                                    if 'ranks' in data__policy__rankspergpu_value_keys:
                                        data__policy__rankspergpu_value_keys.remove('ranks')
                                        data__policy__rankspergpu_value__ranks = data__policy__rankspergpu_value['ranks']
                                        if not isinstance(data__policy__rankspergpu_value__ranks, (int, NoneType)) and (not (isinstance(data__policy__rankspergpu_value__ranks, float) and data__policy__rankspergpu_value__ranks.is_integer())) or isinstance(data__policy__rankspergpu_value__ranks, bool):
                                            raise Rejected
                                        if isinstance(data__policy__rankspergpu_value__ranks, (int, float)) and (not isinstance(data__policy__rankspergpu_value__ranks, bool)):
                                            if data__policy__rankspergpu_value__ranks < 1:
                                                raise Rejected
                                            if data__policy__rankspergpu_value__ranks > 16:
                                                raise Rejected
                                    if 'vram' in data__policy__rankspergpu_value_keys:
                                        data__policy__rankspergpu_value_keys.remove('vram')
                                        data__policy__rankspergpu_value__vram = data__policy__rankspergpu_value['vram']
                                        validate___definitions_size(data__policy__rankspergpu_value__vram)
                                    if 'source' in data__policy__rankspergpu_value_keys:
                                        data__policy__rankspergpu_value_keys.remove('source')
                                        data__policy__rankspergpu_value__source = data__policy__rankspergpu_value['source']
                                        validate___definitions_text(data__policy__rankspergpu_value__source)
                                    if 'date' in data__policy__rankspergpu_value_keys:
                                        data__policy__rankspergpu_value_keys.remove('date')
                                        data__policy__rankspergpu_value__date = data__policy__rankspergpu_value['date']
                                        validate___definitions_text(data__policy__rankspergpu_value__date)
                                    if 'unverified' in data__policy__rankspergpu_value_keys:
                                        data__policy__rankspergpu_value_keys.remove('unverified')
                                        data__policy__rankspergpu_value__unverified = data__policy__rankspergpu_value['unverified']
                                        if not isinstance(data__policy__rankspergpu_value__unverified, (bool, NoneType)):
                                            raise Rejected
                                    if data__policy__rankspergpu_value_keys:
                                        raise Rejected
                if 'source' in data__policy_keys:
                    data__policy_keys.remove('source')
                    data__policy__source = data__policy['source']
                    validate___definitions_text(data__policy__source)
                if 'date' in data__policy_keys:
                    data__policy_keys.remove('date')
                    data__policy__date = data__policy['date']
                    validate___definitions_text(data__policy__date)
                if 'unverified' in data__policy_keys:
                    data__policy_keys.remove('unverified')
                    data__policy__unverified = data__policy['unverified']
                    if not isinstance(data__policy__unverified, (bool, NoneType)):
                        raise Rejected
                if data__policy_keys:
                    raise Rejected
        if 'versions' in data_keys:
            data_keys.remove('versions')
            data__versions = data['versions']
            validate___definitions_words(data__versions)
        if 'modules' in data_keys:
            data_keys.remove('modules')
            data__modules = data['modules']
            if not isinstance(data__modules, (dict, NoneType)):
                raise Rejected
            data__modules_is_dict = isinstance(data__modules, dict)
            if data__modules_is_dict:
                data__modules_keys = set(data__modules.keys())
                for data__modules_key in data__modules_keys:
                    if data__modules_key not in []:
                        data__modules_value = data__modules.get(data__modules_key)
                        validate___definitions_words(data__modules_value)
        if 'wrapper' in data_keys:
            data_keys.remove('wrapper')
            data__wrapper = data['wrapper']
            if not isinstance(data__wrapper, (dict, NoneType)):
                raise Rejected
            data__wrapper_is_dict = isinstance(data__wrapper, dict)
            if data__wrapper_is_dict:
                data__wrapper_keys = set(data__wrapper.keys())
                for data__wrapper_key in data__wrapper_keys:
                    if data__wrapper_key not in []:
                        data__wrapper_value = data__wrapper.get(data__wrapper_key)
                        validate___definitions_words(data__wrapper_value)
        if 'require' in data_keys:
            data_keys.remove('require')
            data__require = data['require']
            if not isinstance(data__require, (list, tuple, NoneType)):
                raise Rejected
            data__require_is_list = isinstance(data__require, (list, tuple))
            if data__require_is_list:
                data__require_len = len(data__require)
                for data__require_x, data__require_item in enumerate(data__require):
                    if not (isinstance(data__require_item, str) and data__require_item == 'account' or (isinstance(data__require_item, str) and data__require_item == 'qos')):
                        raise Rejected
        if 'environment' in data_keys:
            data_keys.remove('environment')
            data__environment = data['environment']
            validate___definitions_texts(data__environment)
        if 'programs' in data_keys:
            data_keys.remove('programs')
            data__programs = data['programs']
            validate___definitions_texts(data__programs)
        if 'allocation' in data_keys:
            data_keys.remove('allocation')
            data__allocation = data['allocation']
            validate___definitions_words(data__allocation)
        if 'directives' in data_keys:
            data_keys.remove('directives')
            data__directives = data['directives']
            if not isinstance(data__directives, (dict, NoneType)):
                raise Rejected
            data__directives_is_dict = isinstance(data__directives, dict)
            if data__directives_is_dict:
                data__directives_keys = set(data__directives.keys())
                for data__directives_key in data__directives_keys:
                    if data__directives_key not in []:
                        data__directives_value = data__directives.get(data__directives_key)
                        if not isinstance(data__directives_value, (str, int, float, bool, NoneType)):
                            raise Rejected
        if 'notes' in data_keys:
            data_keys.remove('notes')
            data__notes = data['notes']
            validate___definitions_words(data__notes)
        if 'sources' in data_keys:
            data_keys.remove('sources')
            data__sources = data['sources']
            if not isinstance(data__sources, (dict, NoneType)):
                raise Rejected
            data__sources_is_dict = isinstance(data__sources, dict)
            if data__sources_is_dict:
                data__sources_keys = set(data__sources.keys())
                for data__sources_key in data__sources_keys:
                    if data__sources_key not in []:
                        data__sources_value = data__sources.get(data__sources_key)
                        data__sources_value_any_of_count5 = 0
                        if not data__sources_value_any_of_count5:
                            try:
                                validate___definitions_text(data__sources_value)
                                data__sources_value_any_of_count5 += 1
                            except Rejected:
                                pass
                        if not data__sources_value_any_of_count5:
                            try:
                                if not isinstance(data__sources_value, dict):
                                    raise Rejected
                                data__sources_value_is_dict = isinstance(data__sources_value, dict)
                                if data__sources_value_is_dict:
                                    data__sources_value_keys = set(data__sources_value.keys())
                                    if 'source' in data__sources_value_keys:
                                        data__sources_value_keys.remove('source')
                                        data__sources_value__source = data__sources_value['source']
                                        validate___definitions_text(data__sources_value__source)
                                    if 'date' in data__sources_value_keys:
                                        data__sources_value_keys.remove('date')
                                        data__sources_value__date = data__sources_value['date']
                                        validate___definitions_text(data__sources_value__date)
                                    if 'unverified' in data__sources_value_keys:
                                        data__sources_value_keys.remove('unverified')
                                        data__sources_value__unverified = data__sources_value['unverified']
                                        if not isinstance(data__sources_value__unverified, (bool, NoneType)):
                                            raise Rejected
                                    if data__sources_value_keys:
                                        raise Rejected
                                data__sources_value_any_of_count5 += 1
                            except Rejected:
                                pass
                        if not data__sources_value_any_of_count5:
                            raise Rejected
        if data_keys:
            raise Rejected
    try:
        data_is_dict = isinstance(data, dict)
        if data_is_dict:
            data__missing_keys = set(['extends']) - data.keys()
            if data__missing_keys:
                raise Rejected
    except Rejected:
        data_is_dict = isinstance(data, dict)
        if data_is_dict:
            data__missing_keys = set(['scheduler', 'node_types', 'launchers']) - data.keys()
            if data__missing_keys:
                raise Rejected
    return data

def validate___definitions_texts(data):
    if not isinstance(data, (dict, NoneType)):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = set(data.keys())
        for data_key in data_keys:
            if data_key not in []:
                data_value = data.get(data_key)
                if not isinstance(data_value, (str, int, float)) or isinstance(data_value, bool):
                    raise Rejected
    return data

def validate___definitions_time(data):
    data_any_of_count6 = 0
    if not data_any_of_count6:
        try:
            if not isinstance(data, int) and (not (isinstance(data, float) and data.is_integer())) or isinstance(data, bool):
                raise Rejected
            if isinstance(data, (int, float)) and (not isinstance(data, bool)):
                if data < -1:
                    raise Rejected
            data_any_of_count6 += 1
        except Rejected:
            pass
    if not data_any_of_count6:
        try:
            if not isinstance(data, str):
                raise Rejected
            data_any_of_count6 += 1
        except Rejected:
            pass
    if not data_any_of_count6:
        try:
            if not isinstance(data, NoneType):
                raise Rejected
            data_any_of_count6 += 1
        except Rejected:
            pass
    if not data_any_of_count6:
        raise Rejected
    return data

def validate___definitions_size(data):
    data_any_of_count7 = 0
    if not data_any_of_count7:
        try:
            if not isinstance(data, int) and (not (isinstance(data, float) and data.is_integer())) or isinstance(data, bool):
                raise Rejected
            if isinstance(data, (int, float)) and (not isinstance(data, bool)):
                if data < 0:
                    raise Rejected
            data_any_of_count7 += 1
        except Rejected:
            pass
    if not data_any_of_count7:
        try:
            if not isinstance(data, str):
                raise Rejected
            data_any_of_count7 += 1
        except Rejected:
            pass
    if not data_any_of_count7:
        try:
            if not isinstance(data, NoneType):
                raise Rejected
            data_any_of_count7 += 1
        except Rejected:
            pass
    if not data_any_of_count7:
        raise Rejected
    return data

def validate___definitions_words(data):
    data_any_of_count8 = 0
    if not data_any_of_count8:
        try:
            if not isinstance(data, (list, tuple)):
                raise Rejected
            data_is_list = isinstance(data, (list, tuple))
            if data_is_list:
                data_len = len(data)
                for data_x, data_item in enumerate(data):
                    if not isinstance(data_item, (str, int, float)) or isinstance(data_item, bool):
                        raise Rejected
            data_any_of_count8 += 1
        except Rejected:
            pass
    if not data_any_of_count8:
        try:
            if not isinstance(data, (str, int, float, NoneType)) or isinstance(data, bool):
                raise Rejected
            data_any_of_count8 += 1
        except Rejected:
            pass
    if not data_any_of_count8:
        raise Rejected
    return data

def validate___definitions_text(data):
    if not isinstance(data, (str, int, float, NoneType)) or isinstance(data, bool):
        raise Rejected
    return data
