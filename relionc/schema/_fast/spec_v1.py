"""Generated from schemas/spec.v1.schema.json by tools/build_validators.py; do not edit."""

import re

NoneType = type(None)


class Rejected(Exception):
    """The value does not have the right shape."""


REGEX_PATTERNS = {'^[A-Za-z_][A-Za-z0-9_]*\\Z': re.compile('^[A-Za-z_][A-Za-z0-9_]*\\Z'), '^[A-Za-z][A-Za-z0-9_-]{0,63}\\Z': re.compile('^[A-Za-z][A-Za-z0-9_-]{0,63}\\Z'), '^(?!(zip|exclude|name|limit)$)[A-Za-z][A-Za-z0-9_]{0,31}\\Z': re.compile('^(?!(zip|exclude|name|limit)\\Z)[A-Za-z][A-Za-z0-9_]{0,31}\\Z'), '^[A-Za-z][A-Za-z0-9_]{0,31}\\Z': re.compile('^[A-Za-z][A-Za-z0-9_]{0,31}\\Z'), '\\$\\{\\{': re.compile('\\$\\{\\{')}

def validate(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['relionc', 'jobs']) - data.keys()
        if data__missing_keys:
            raise Rejected
        data_keys = set(data.keys())
        if 'relionc' in data_keys:
            data_keys.remove('relionc')
            data__relionc = data['relionc']
            if not isinstance(data__relionc, int) and (not (isinstance(data__relionc, float) and data__relionc.is_integer())) or isinstance(data__relionc, bool):
                raise Rejected
            if not (isinstance(data__relionc, (int, float)) and (not isinstance(data__relionc, bool)) and (data__relionc == 1)):
                raise Rejected
        if 'cluster' in data_keys:
            data_keys.remove('cluster')
            data__cluster = data['cluster']
            if not isinstance(data__cluster, str):
                raise Rejected
            if isinstance(data__cluster, str):
                data__cluster_len = len(data__cluster)
                if data__cluster_len < 1:
                    raise Rejected
        if 'relion' in data_keys:
            data_keys.remove('relion')
            data__relion = data['relion']
            data__relion_any_of_count1 = 0
            if not data__relion_any_of_count1:
                try:
                    if not (isinstance(data__relion, str) and data__relion == '2.1' or (isinstance(data__relion, str) and data__relion == '3.0') or (isinstance(data__relion, str) and data__relion == '3.1') or (isinstance(data__relion, str) and data__relion == '4.0') or (isinstance(data__relion, str) and data__relion == '5.0') or (isinstance(data__relion, str) and data__relion == '5.1')):
                        raise Rejected
                    data__relion_any_of_count1 += 1
                except Rejected:
                    pass
            if not data__relion_any_of_count1:
                try:
                    if not isinstance(data__relion, str):
                        raise Rejected
                    if isinstance(data__relion, str):
                        data__relion_len = len(data__relion)
                        if data__relion_len < 1:
                            raise Rejected
                    data__relion_any_of_count1 += 1
                except Rejected:
                    pass
            if not data__relion_any_of_count1:
                try:
                    if not isinstance(data__relion, (int, float)) or isinstance(data__relion, bool):
                        raise Rejected
                    data__relion_any_of_count1 += 1
                except Rejected:
                    pass
            if not data__relion_any_of_count1:
                raise Rejected
        if 'vars' in data_keys:
            data_keys.remove('vars')
            data__vars = data['vars']
            if not isinstance(data__vars, dict):
                raise Rejected
            data__vars_is_dict = isinstance(data__vars, dict)
            if data__vars_is_dict:
                data__vars_keys = set(data__vars.keys())
                for data__vars_key in data__vars_keys:
                    if data__vars_key not in []:
                        data__vars_value = data__vars.get(data__vars_key)
                        validate___definitions_scalar(data__vars_value)
                data__vars_len = len(data__vars)
                if data__vars_len != 0:
                    data__vars_property_names = True
                    for data__vars_key in data__vars:
                        try:
                            if isinstance(data__vars_key, str):
                                if not REGEX_PATTERNS['^[A-Za-z_][A-Za-z0-9_]*\\Z'].search(data__vars_key):
                                    raise Rejected
                        except Rejected:
                            data__vars_property_names = False
                    if not data__vars_property_names:
                        raise Rejected
        if 'defaults' in data_keys:
            data_keys.remove('defaults')
            data__defaults = data['defaults']
            if not isinstance(data__defaults, dict):
                raise Rejected
            data__defaults_is_dict = isinstance(data__defaults, dict)
            if data__defaults_is_dict:
                data__defaults_keys = set(data__defaults.keys())
                if 'resources' in data__defaults_keys:
                    data__defaults_keys.remove('resources')
                    data__defaults__resources = data__defaults['resources']
                    validate___definitions_resources(data__defaults__resources)
                if 'slurm' in data__defaults_keys:
                    data__defaults_keys.remove('slurm')
                    data__defaults__slurm = data__defaults['slurm']
                    validate___definitions_slurm(data__defaults__slurm)
                if 'project' in data__defaults_keys:
                    data__defaults_keys.remove('project')
                    data__defaults__project = data__defaults['project']
                    validate___definitions_project(data__defaults__project)
                if data__defaults_keys:
                    raise Rejected
        if 'first_job' in data_keys:
            data_keys.remove('first_job')
            data__firstjob = data['first_job']
            if not isinstance(data__firstjob, int) and (not (isinstance(data__firstjob, float) and data__firstjob.is_integer())) or isinstance(data__firstjob, bool):
                raise Rejected
            if isinstance(data__firstjob, (int, float)) and (not isinstance(data__firstjob, bool)):
                if data__firstjob < 1:
                    raise Rejected
                if data__firstjob > 999999:
                    raise Rejected
        if 'jobs' in data_keys:
            data_keys.remove('jobs')
            data__jobs = data['jobs']
            if not isinstance(data__jobs, dict):
                raise Rejected
            data__jobs_is_dict = isinstance(data__jobs, dict)
            if data__jobs_is_dict:
                data__jobs_len = len(data__jobs)
                if data__jobs_len < 1:
                    raise Rejected
                data__jobs_keys = set(data__jobs.keys())
                for data__jobs_key in data__jobs_keys:
                    if data__jobs_key not in []:
                        data__jobs_value = data__jobs.get(data__jobs_key)
                        validate___definitions_job(data__jobs_value)
                if data__jobs_len != 0:
                    data__jobs_property_names = True
                    for data__jobs_key in data__jobs:
                        try:
                            if isinstance(data__jobs_key, str):
                                if not REGEX_PATTERNS['^[A-Za-z][A-Za-z0-9_-]{0,63}\\Z'].search(data__jobs_key):
                                    raise Rejected
                        except Rejected:
                            data__jobs_property_names = False
                    if not data__jobs_property_names:
                        raise Rejected
        if data_keys:
            raise Rejected
    return data

def validate___definitions_job(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['type']) - data.keys()
        if data__missing_keys:
            raise Rejected
        data_keys = set(data.keys())
        if 'type' in data_keys:
            data_keys.remove('type')
            data__type = data['type']
            if not isinstance(data__type, str):
                raise Rejected
            if isinstance(data__type, str):
                data__type_len = len(data__type)
                if data__type_len < 1:
                    raise Rejected
        if 'options' in data_keys:
            data_keys.remove('options')
            data__options = data['options']
            if not isinstance(data__options, dict):
                raise Rejected
            data__options_is_dict = isinstance(data__options, dict)
            if data__options_is_dict:
                data__options_keys = set(data__options.keys())
                for data__options_key in data__options_keys:
                    if data__options_key not in []:
                        data__options_value = data__options.get(data__options_key)
                        validate___definitions_scalar(data__options_value)
        if 'extra_args' in data_keys:
            data_keys.remove('extra_args')
            data__extraargs = data['extra_args']
            if not isinstance(data__extraargs, str):
                raise Rejected
        if 'data' in data_keys:
            data_keys.remove('data')
            data__data = data['data']
            validate___definitions_data(data__data)
        if 'resources' in data_keys:
            data_keys.remove('resources')
            data__resources = data['resources']
            validate___definitions_resources(data__resources)
        if 'layout' in data_keys:
            data_keys.remove('layout')
            data__layout = data['layout']
            data__layout_any_of_count2 = 0
            if not data__layout_any_of_count2:
                try:
                    if not (isinstance(data__layout, str) and data__layout == 'auto' or (isinstance(data__layout, str) and data__layout == 'heterogeneous') or (isinstance(data__layout, str) and data__layout == 'homogeneous') or (isinstance(data__layout, str) and data__layout == 'homogeneous+1') or (isinstance(data__layout, str) and data__layout == 'hetjob') or (isinstance(data__layout, str) and data__layout == 'one-task-per-node')):
                        raise Rejected
                    data__layout_any_of_count2 += 1
                except Rejected:
                    pass
            if not data__layout_any_of_count2:
                try:
                    validate___definitions_expression(data__layout)
                    data__layout_any_of_count2 += 1
                except Rejected:
                    pass
            if not data__layout_any_of_count2:
                raise Rejected
        if 'slurm' in data_keys:
            data_keys.remove('slurm')
            data__slurm = data['slurm']
            validate___definitions_slurm(data__slurm)
        if 'output' in data_keys:
            data_keys.remove('output')
            data__output = data['output']
            if not isinstance(data__output, str):
                raise Rejected
            if isinstance(data__output, str):
                data__output_len = len(data__output)
                if data__output_len < 1:
                    raise Rejected
        if 'project' in data_keys:
            data_keys.remove('project')
            data__project = data['project']
            validate___definitions_project(data__project)
        if 'interactive' in data_keys:
            data_keys.remove('interactive')
            data__interactive = data['interactive']
            validate___definitions_flag(data__interactive)
        if 'restart' in data_keys:
            data_keys.remove('restart')
            data__restart = data['restart']
            if not (isinstance(data__restart, str) and data__restart == 'auto' or (isinstance(data__restart, str) and data__restart == 'off')):
                raise Rejected
        if 'overwrite' in data_keys:
            data_keys.remove('overwrite')
            data__overwrite = data['overwrite']
            validate___definitions_flag(data__overwrite)
        if 'matrix' in data_keys:
            data_keys.remove('matrix')
            data__matrix = data['matrix']
            validate___definitions_matrix(data__matrix)
        if 'each' in data_keys:
            data_keys.remove('each')
            data__each = data['each']
            validate___definitions_word(data__each)
        if 'after' in data_keys:
            data_keys.remove('after')
            data__after = data['after']
            if not isinstance(data__after, (list, tuple)):
                raise Rejected
            data__after_is_list = isinstance(data__after, (list, tuple))
            if data__after_is_list:
                data__after_len = len(data__after)
                for data__after_x, data__after_item in enumerate(data__after):
                    validate___definitions_word(data__after_item)
        if 'continue' in data_keys:
            data_keys.remove('continue')
            data__continue = data['continue']
            validate___definitions_flag(data__continue)
        if data_keys:
            raise Rejected
    return data

def validate___definitions_word(data):
    if not isinstance(data, str):
        raise Rejected
    if isinstance(data, str):
        data_len = len(data)
        if data_len < 1:
            raise Rejected
    return data

def validate___definitions_matrix(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_len = len(data)
        if data_len < 1:
            raise Rejected
        data_keys = set(data.keys())
        if 'zip' in data_keys:
            data_keys.remove('zip')
            data__zip = data['zip']
            if not isinstance(data__zip, dict):
                raise Rejected
            data__zip_is_dict = isinstance(data__zip, dict)
            if data__zip_is_dict:
                data__zip_len = len(data__zip)
                if data__zip_len < 1:
                    raise Rejected
                data__zip_keys = set(data__zip.keys())
                for data__zip_key in data__zip_keys:
                    if data__zip_key not in []:
                        data__zip_value = data__zip.get(data__zip_key)
                        validate___definitions_axis(data__zip_value)
                if data__zip_len != 0:
                    data__zip_property_names = True
                    for data__zip_key in data__zip:
                        try:
                            if isinstance(data__zip_key, str):
                                if not REGEX_PATTERNS['^(?!(zip|exclude|name|limit)$)[A-Za-z][A-Za-z0-9_]{0,31}\\Z'].search(data__zip_key):
                                    raise Rejected
                        except Rejected:
                            data__zip_property_names = False
                    if not data__zip_property_names:
                        raise Rejected
        if 'exclude' in data_keys:
            data_keys.remove('exclude')
            data__exclude = data['exclude']
            if not isinstance(data__exclude, (list, tuple)):
                raise Rejected
            data__exclude_is_list = isinstance(data__exclude, (list, tuple))
            if data__exclude_is_list:
                data__exclude_len = len(data__exclude)
                for data__exclude_x, data__exclude_item in enumerate(data__exclude):
                    if not isinstance(data__exclude_item, dict):
                        raise Rejected
                    data__exclude_item_is_dict = isinstance(data__exclude_item, dict)
                    if data__exclude_item_is_dict:
                        data__exclude_item_len = len(data__exclude_item)
                        if data__exclude_item_len < 1:
                            raise Rejected
                        data__exclude_item_keys = set(data__exclude_item.keys())
                        for data__exclude_item_key in data__exclude_item_keys:
                            if data__exclude_item_key not in []:
                                data__exclude_item_value = data__exclude_item.get(data__exclude_item_key)
                                validate___definitions_scalar(data__exclude_item_value)
        if 'name' in data_keys:
            data_keys.remove('name')
            data__name = data['name']
            validate___definitions_expression(data__name)
        if 'limit' in data_keys:
            data_keys.remove('limit')
            data__limit = data['limit']
            if not isinstance(data__limit, int) and (not (isinstance(data__limit, float) and data__limit.is_integer())) or isinstance(data__limit, bool):
                raise Rejected
            if isinstance(data__limit, (int, float)) and (not isinstance(data__limit, bool)):
                if data__limit < 1:
                    raise Rejected
                if data__limit > 10000:
                    raise Rejected
        for data_key in data_keys:
            if data_key not in ['zip', 'exclude', 'name', 'limit']:
                data_value = data.get(data_key)
                validate___definitions_axis(data_value)
        if data_len != 0:
            data_property_names = True
            for data_key in data:
                try:
                    if isinstance(data_key, str):
                        if not REGEX_PATTERNS['^[A-Za-z][A-Za-z0-9_]{0,31}\\Z'].search(data_key):
                            raise Rejected
                except Rejected:
                    data_property_names = False
            if not data_property_names:
                raise Rejected
    return data

def validate___definitions_axis(data):
    data_any_of_count3 = 0
    if not data_any_of_count3:
        try:
            if not isinstance(data, (list, tuple)):
                raise Rejected
            data_is_list = isinstance(data, (list, tuple))
            if data_is_list:
                data_len = len(data)
                if data_len < 1:
                    raise Rejected
                for data_x, data_item in enumerate(data):
                    validate___definitions_scalar(data_item)
            data_any_of_count3 += 1
        except Rejected:
            pass
    if not data_any_of_count3:
        try:
            if not isinstance(data, dict):
                raise Rejected
            data_is_dict = isinstance(data, dict)
            if data_is_dict:
                data__missing_keys = set(['from', 'to']) - data.keys()
                if data__missing_keys:
                    raise Rejected
                data_keys = set(data.keys())
                if 'from' in data_keys:
                    data_keys.remove('from')
                    data__from = data['from']
                    if not isinstance(data__from, (int, float)) or isinstance(data__from, bool):
                        raise Rejected
                if 'to' in data_keys:
                    data_keys.remove('to')
                    data__to = data['to']
                    if not isinstance(data__to, (int, float)) or isinstance(data__to, bool):
                        raise Rejected
                if 'step' in data_keys:
                    data_keys.remove('step')
                    data__step = data['step']
                    if not isinstance(data__step, (int, float)) or isinstance(data__step, bool):
                        raise Rejected
                if data_keys:
                    raise Rejected
            data_any_of_count3 += 1
        except Rejected:
            pass
    if not data_any_of_count3:
        try:
            validate___definitions_expression(data)
            data_any_of_count3 += 1
        except Rejected:
            pass
    if not data_any_of_count3:
        raise Rejected
    return data

def validate___definitions_flag(data):
    if not (isinstance(data, bool) and data is True or (isinstance(data, bool) and data is False) or (isinstance(data, str) and data == 'yes') or (isinstance(data, str) and data == 'no')):
        raise Rejected
    return data

def validate___definitions_expression(data):
    if not isinstance(data, str):
        raise Rejected
    if isinstance(data, str):
        if not REGEX_PATTERNS['\\$\\{\\{'].search(data):
            raise Rejected
    return data

def validate___definitions_data(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = set(data.keys())
        if 'particles' in data_keys:
            data_keys.remove('particles')
            data__particles = data['particles']
            validate___definitions_count(data__particles)
        if 'box' in data_keys:
            data_keys.remove('box')
            data__box = data['box']
            validate___definitions_count(data__box)
        if 'angpix' in data_keys:
            data_keys.remove('angpix')
            data__angpix = data['angpix']
            data__angpix_any_of_count4 = 0
            if not data__angpix_any_of_count4:
                try:
                    if not isinstance(data__angpix, (int, float)) or isinstance(data__angpix, bool):
                        raise Rejected
                    if isinstance(data__angpix, (int, float)) and (not isinstance(data__angpix, bool)):
                        if data__angpix <= 0:
                            raise Rejected
                    data__angpix_any_of_count4 += 1
                except Rejected:
                    pass
            if not data__angpix_any_of_count4:
                try:
                    validate___definitions_expression(data__angpix)
                    data__angpix_any_of_count4 += 1
                except Rejected:
                    pass
            if not data__angpix_any_of_count4:
                raise Rejected
        if 'micrographs' in data_keys:
            data_keys.remove('micrographs')
            data__micrographs = data['micrographs']
            validate___definitions_count(data__micrographs)
        if 'micrograph_width' in data_keys:
            data_keys.remove('micrograph_width')
            data__micrographwidth = data['micrograph_width']
            validate___definitions_count(data__micrographwidth)
        if 'micrograph_height' in data_keys:
            data_keys.remove('micrograph_height')
            data__micrographheight = data['micrograph_height']
            validate___definitions_count(data__micrographheight)
        if 'frames' in data_keys:
            data_keys.remove('frames')
            data__frames = data['frames']
            validate___definitions_count(data__frames)
        if 'unique_particles' in data_keys:
            data_keys.remove('unique_particles')
            data__uniqueparticles = data['unique_particles']
            validate___definitions_count(data__uniqueparticles)
        if 'float16' in data_keys:
            data_keys.remove('float16')
            data__float16 = data['float16']
            data__float16_any_of_count5 = 0
            if not data__float16_any_of_count5:
                try:
                    validate___definitions_flag(data__float16)
                    data__float16_any_of_count5 += 1
                except Rejected:
                    pass
            if not data__float16_any_of_count5:
                try:
                    validate___definitions_expression(data__float16)
                    data__float16_any_of_count5 += 1
                except Rejected:
                    pass
            if not data__float16_any_of_count5:
                raise Rejected
        if 'planes' in data_keys:
            data_keys.remove('planes')
            data__planes = data['planes']
            validate___definitions_count(data__planes)
        if 'tomograms' in data_keys:
            data_keys.remove('tomograms')
            data__tomograms = data['tomograms']
            validate___definitions_count(data__tomograms)
        if data_keys:
            raise Rejected
    return data

def validate___definitions_count(data):
    data_any_of_count6 = 0
    if not data_any_of_count6:
        try:
            if not isinstance(data, int) and (not (isinstance(data, float) and data.is_integer())) or isinstance(data, bool):
                raise Rejected
            if isinstance(data, (int, float)) and (not isinstance(data, bool)):
                if data < 1:
                    raise Rejected
            data_any_of_count6 += 1
        except Rejected:
            pass
    if not data_any_of_count6:
        try:
            validate___definitions_expression(data)
            data_any_of_count6 += 1
        except Rejected:
            pass
    if not data_any_of_count6:
        raise Rejected
    return data

def validate___definitions_project(data):
    if not isinstance(data, str):
        raise Rejected
    if isinstance(data, str):
        data_len = len(data)
        if data_len < 1:
            raise Rejected
    return data

def validate___definitions_slurm(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = set(data.keys())
        for data_key in data_keys:
            if data_key not in []:
                data_value = data.get(data_key)
                validate___definitions_scalar(data_value)
    return data

def validate___definitions_resources(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = set(data.keys())
        if 'partition' in data_keys:
            data_keys.remove('partition')
            data__partition = data['partition']
            validate___definitions_word(data__partition)
        if 'constraint' in data_keys:
            data_keys.remove('constraint')
            data__constraint = data['constraint']
            validate___definitions_word(data__constraint)
        if 'nodes' in data_keys:
            data_keys.remove('nodes')
            data__nodes = data['nodes']
            validate___definitions_count(data__nodes)
        if 'ntasks' in data_keys:
            data_keys.remove('ntasks')
            data__ntasks = data['ntasks']
            validate___definitions_count(data__ntasks)
        if 'ntasks_per_node' in data_keys:
            data_keys.remove('ntasks_per_node')
            data__ntaskspernode = data['ntasks_per_node']
            validate___definitions_count(data__ntaskspernode)
        if 'cpus_per_task' in data_keys:
            data_keys.remove('cpus_per_task')
            data__cpuspertask = data['cpus_per_task']
            validate___definitions_count(data__cpuspertask)
        if 'gpus' in data_keys:
            data_keys.remove('gpus')
            data__gpus = data['gpus']
            data__gpus_any_of_count7 = 0
            if not data__gpus_any_of_count7:
                try:
                    if not isinstance(data__gpus, str):
                        raise Rejected
                    if isinstance(data__gpus, str):
                        data__gpus_len = len(data__gpus)
                        if data__gpus_len < 1:
                            raise Rejected
                    data__gpus_any_of_count7 += 1
                except Rejected:
                    pass
            if not data__gpus_any_of_count7:
                try:
                    if not isinstance(data__gpus, int) and (not (isinstance(data__gpus, float) and data__gpus.is_integer())) or isinstance(data__gpus, bool):
                        raise Rejected
                    if isinstance(data__gpus, (int, float)) and (not isinstance(data__gpus, bool)):
                        if data__gpus < 0:
                            raise Rejected
                    data__gpus_any_of_count7 += 1
                except Rejected:
                    pass
            if not data__gpus_any_of_count7:
                try:
                    if not isinstance(data__gpus, dict):
                        raise Rejected
                    data__gpus_is_dict = isinstance(data__gpus, dict)
                    if data__gpus_is_dict:
                        data__gpus_keys = set(data__gpus.keys())
                        if 'type' in data__gpus_keys:
                            data__gpus_keys.remove('type')
                            data__gpus__type = data__gpus['type']
                            validate___definitions_word(data__gpus__type)
                        if 'per_node' in data__gpus_keys:
                            data__gpus_keys.remove('per_node')
                            data__gpus__pernode = data__gpus['per_node']
                            validate___definitions_count(data__gpus__pernode)
                        if data__gpus_keys:
                            raise Rejected
                    data__gpus_any_of_count7 += 1
                except Rejected:
                    pass
            if not data__gpus_any_of_count7:
                raise Rejected
        if 'ranks_per_gpu' in data_keys:
            data_keys.remove('ranks_per_gpu')
            data__rankspergpu = data['ranks_per_gpu']
            validate___definitions_count(data__rankspergpu)
        if 'mem_per_cpu' in data_keys:
            data_keys.remove('mem_per_cpu')
            data__mempercpu = data['mem_per_cpu']
            validate___definitions_size(data__mempercpu)
        if 'mem' in data_keys:
            data_keys.remove('mem')
            data__mem = data['mem']
            validate___definitions_size(data__mem)
        if 'scratch' in data_keys:
            data_keys.remove('scratch')
            data__scratch = data['scratch']
            validate___definitions_size(data__scratch)
        if 'time' in data_keys:
            data_keys.remove('time')
            data__time = data['time']
            validate___definitions_size(data__time)
        if 'exclusive' in data_keys:
            data_keys.remove('exclusive')
            data__exclusive = data['exclusive']
            data__exclusive_any_of_count8 = 0
            if not data__exclusive_any_of_count8:
                try:
                    validate___definitions_flag(data__exclusive)
                    data__exclusive_any_of_count8 += 1
                except Rejected:
                    pass
            if not data__exclusive_any_of_count8:
                try:
                    validate___definitions_expression(data__exclusive)
                    data__exclusive_any_of_count8 += 1
                except Rejected:
                    pass
            if not data__exclusive_any_of_count8:
                raise Rejected
        if 'account' in data_keys:
            data_keys.remove('account')
            data__account = data['account']
            validate___definitions_word(data__account)
        if 'qos' in data_keys:
            data_keys.remove('qos')
            data__qos = data['qos']
            validate___definitions_word(data__qos)
        if data_keys:
            raise Rejected
    return data

def validate___definitions_size(data):
    data_any_of_count9 = 0
    if not data_any_of_count9:
        try:
            if not isinstance(data, str):
                raise Rejected
            if isinstance(data, str):
                data_len = len(data)
                if data_len < 1:
                    raise Rejected
            data_any_of_count9 += 1
        except Rejected:
            pass
    if not data_any_of_count9:
        try:
            if not isinstance(data, (int, float)) or isinstance(data, bool):
                raise Rejected
            if isinstance(data, (int, float)) and (not isinstance(data, bool)):
                if data < 0:
                    raise Rejected
            data_any_of_count9 += 1
        except Rejected:
            pass
    if not data_any_of_count9:
        raise Rejected
    return data

def validate___definitions_scalar(data):
    if not isinstance(data, (str, int, float, bool, NoneType)):
        raise Rejected
    return data
